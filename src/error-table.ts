// The error table: every error that labctl throws has its row here, and docs/errors.md has a
// heading for each (a test holds the two together). Exit statuses are those of docs/cli.md.

/** What a row of the table says about one kind of error. */
export interface ErrorRow {
  /**
   * 1 a check failed, 2 the command or a file is wrong, 125 labctl could not judge, 130
   * interrupted.
   */
  readonly exit: 1 | 2 | 125 | 130;
  /** One sentence: what the error means. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
  /**
   * True when the action surely did not happen; false when it may have happened, wholly or in part.
   */
  readonly definite: boolean;
}

/** How much was done, as explain and docs/errors.md say it. */
export function doneOf({ exit, definite }: ErrorRow): string {
  if (exit === 1) return 'It is a check, and changes nothing itself.';
  return definite ? 'Nothing was done.' : 'It may have been done, wholly or in part.';
}

const row =
  (exit: ErrorRow['exit'], definite: boolean) =>
  (meaning: string, remedy: string): ErrorRow => ({ exit, definite, meaning, remedy });

/** The command or a file is wrong; nothing was done. */
const wrong = row(2, true);
/** A check failed. */
const failed = row(1, true);
/** It could not be done or judged, and nothing was done. */
const cannot = row(125, true);
/** It could not be done, or only in part. */
const halfway = row(125, false);

/** code -> row. Codes are stable: scripts read them from `{"error":{"code":...}}`. */
export const errorTable = {
  usage: wrong('The words of the command are wrong.', 'See labctl COMMAND --help.'),
  'stack-not-found': wrong(
    'There is no stack of that name, or no such file.',
    'labctl stacks lists the built-in ones; a path to a YAML file works too.',
  ),
  'weave-impossible': wrong(
    'A compose project cannot become a lab: it is not valid, has services on networks where no ' +
      'proxy can stand, or the name of the lab is that of a project of yours.',
    'Leave such services out by --without, or name the lab by --lab.',
  ),
  'lab-invalid': wrong(
    'A stack file, or a --set, does not say a lab that labctl can run.',
    'The message points at the line and says what is allowed; labctl validate FILE checks a file.',
  ),
  'system-invalid': wrong(
    'A system of your own, from a folder that LABCTL_SYSTEMS names, cannot be loaded.',
    'docs/add-a-system.md has what a folder needs.',
  ),
  'version-unknown': wrong(
    'The registry answered that it has no image of this version.',
    'Check the version against the releases of the system.',
  ),
  'lab-not-found': wrong('No lab of that name is there.', 'labctl ls lists the labs.'),
  'lab-ambiguous': wrong(
    'Several labs are running and the command names none.',
    'Name one with --lab NAME.',
  ),
  'lab-differs': wrong(
    'A lab of this name is there, or its data, with other nodes or disks than the stack has.',
    'labctl down first, or begin anew by --fresh, or --lab NAME for a second lab.',
  ),
  'node-unknown': wrong('The lab has no such node.', 'labctl status lists the nodes.'),
  'node-state': wrong(
    'The node is in a state in which this cannot be done to it.',
    'labctl status shows the state of every node.',
  ),
  'failpoint-refused': wrong(
    'The node takes no failpoints: its build has none, or it refuses the name or the action.',
    'Build the program with failpoints and give it with binary: in the stack file.',
  ),
  'disk-unsized': wrong(
    "The node's data is not on a disk with a size of its own.",
    'Give its group one in the stack file, as disk: 256m; labctl up --set disk=256m --fresh too.',
  ),
  'port-unknown': wrong(
    'The node publishes no such port, or the edge has none such.',
    'labctl status -o json lists the endpoints of every node and the ports of every edge.',
  ),
  'edge-unknown': wrong(
    'The lab has no such edge.',
    'labctl status --edges lists the edges; an edge is written from:to.',
  ),
  'fault-invalid': wrong(
    'A fault kind or one of its parameters is not known or has a wrong value.',
    'labctl fault kinds lists the kinds with their parameters.',
  ),
  'fault-unavailable': cannot(
    'This engine, or its kernel, lacks what the fault needs; nothing was set.',
    'labctl doctor says which tiers of faults there are; the hint names a fault that works here.',
  ),
  'partition-invalid': wrong(
    'These nodes cannot be partitioned like this.',
    'labctl partition --help shows every shape.',
  ),
  'wan-invalid': wrong(
    'There is no such WAN preset, or nodes and zones cannot be placed in its regions like this.',
    'labctl wan lists the presets with their regions.',
  ),
  'leader-unknown': cannot(
    'No node says that it leads, so there is no leader to act on.',
    'labctl wait NODE --for leader waits for one; labctl status shows what every node says.',
  ),
  'not-healthy': failed(
    'The lab answered, and it is not healthy.',
    'labctl status shows which node, labctl logs NODE why.',
  ),
  'wait-timeout': failed(
    'What was waited for did not come in time.',
    'A longer --timeout, or labctl status to see how far it got.',
  ),
  'docker-unreachable': cannot(
    'The Docker engine does not answer.',
    'Start Docker, or check with labctl doctor.',
  ),
  'docker-failed': halfway(
    'The Docker engine refused a request.',
    "The message is the engine's own; labctl doctor checks the engine.",
  ),
  'compose-missing': cannot(
    'The docker command or its compose plugin is not there, or compose is too old for the stack.',
    'Install the compose plugin: v2.20, or v2.23.1 for tidb and monitor; labctl doctor says how.',
  ),
  'compose-failed': halfway(
    'docker compose could not bring the containers up.',
    "The message is compose's own; the same command again converges, labctl down cleans up.",
  ),
  'image-unavailable': cannot(
    'An image is not here, could not be pulled and could not be built.',
    "The message has the reason of each step; docker pull IMAGE shows the registry's answer.",
  ),
  'port-taken': cannot(
    'A host port that the lab needs is used by something else.',
    'Free the port, or choose another: host_port in the stack file, ports in a compose file.',
  ),
  'subnet-exhausted': cannot(
    "There is no free subnet left for the lab's networks.",
    'Take down labs that are not needed, or name another range with up --subnets.',
  ),
  'start-timeout': halfway(
    'The lab did not become healthy within the time given.',
    'labctl logs NODE shows why; labctl up waits again, labctl up --fresh begins anew.',
  ),
  'scale-timeout': halfway(
    'A node did not become a member of its group, or did not leave it, within the time given.',
    'The same labctl scale goes on from there. Mostly faults are in the way: labctl heal.',
  ),
  'node-died': halfway(
    "A node's container ended while it was being waited for.",
    'The message has its last log lines; labctl up --fresh begins anew.',
  ),
  'node-refused': halfway(
    'A node refused what labctl told it.',
    "The message is the node's own; labctl logs NODE may say more.",
  ),
  'node-diverged': cannot(
    'A node has data of its own that the group it belongs to has not.',
    'labctl wipe NODE throws that data away; labctl up then gives it those of the group.',
  ),
  'primary-empty': cannot(
    'The data of a primary is gone, and that of its replicas is not.',
    'labctl promote makes one of them the primary; labctl up then gives its data to the empty one.',
  ),
  'primary-old': cannot(
    'A primary runs that another has replaced since, and the newer one does not run.',
    'Start the newer one; labctl up then takes the old one back. Nothing is to follow the old one.',
  ),
  'promotion-failed': halfway(
    'The node could not be made to lead in the time given.',
    'labctl status shows how far it got; labctl promote NODE goes on from there.',
  ),
  'promotion-lossy': cannot(
    'Another replica has writes that the one to be promoted lacks and cannot get from it.',
    'Promote the one that has them, heal the edges between the two, or leave them by --lossy.',
  ),
  'proxy-unreachable': halfway(
    'A proxy does not answer on its control channel.',
    'labctl up, or labctl weave FILE, starts proxies that are not running.',
  ),
  'proxy-failed': cannot(
    'A proxy could not do what it was asked.',
    'The message has the reason; labctl logs --proxies shows the audit trail.',
  ),
  'request-invalid': wrong(
    'The body of an API request is not JSON, or not what the route takes.',
    'GET /v1/openapi.json describes every route and its body.',
  ),
  'request-refused': wrong(
    'The API takes no requests from web pages, and none for a host that is not its own.',
    'Ask it by the address that labctl api printed, and not from a browser.',
  ),
  'request-too-large': wrong(
    'The body of an API request is larger than 1 MiB.',
    'GET /v1/openapi.json describes every route and its body.',
  ),
  'request-timeout': halfway(
    'The API could not do it within its limit of time.',
    'labctl status shows what is there.',
  ),
  'route-unknown': wrong('The API has no such route.', 'GET /v1/openapi.json lists the routes.'),
  'method-unknown': wrong(
    'The API has this path, but not for this method.',
    'GET /v1/openapi.json lists the routes.',
  ),
  'api-busy': cannot(
    'As many clients follow the events of this API as it serves at once.',
    'Close one of them, or start another labctl api.',
  ),
  'file-failed': halfway(
    'A file or a folder could not be read or written.',
    'See its rights with ls -ld; labctl writes to --out, --file and $XDG_STATE_HOME/labctl.',
  ),
  interrupted: row(130, false)(
    'The command was interrupted.',
    'labctl status shows what is there.',
  ),
  bug: halfway(
    'Something in labctl is wrong: this error is not in the table.',
    'Run again with --verbose and report the stack trace.',
  ),
} satisfies Record<string, ErrorRow>;
