// What a newcomer reads. Change a sentence with `vitest -u` and judge the diff.
import { describe, expect, test } from 'vitest';
import { loadError } from './fake.ts';

const node = (lines: string) =>
  loadError(`systems:\n  etcd:\nnodes:\n  app:\n    image: x\n${lines}`);

describe('a node', () => {
  test('an unknown key', () => {
    expect(node('    comand: x\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:5: unknown key "comand" in nodes.app; did you mean "command"?  (lab-invalid)
           6 |     comand: x
             |     ^^^^^^
      hint: keys of a node: image, build, ports, connects, command, entrypoint, environment, env_file, volumes, tmpfs, working_dir, user, healthcheck, restart, cpus, cpuset and 23 more"
    `);
  });

  test('an unknown key further down', () => {
    expect(node('    healthcheck: {intervall: 3s}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:19: unknown key "intervall" in healthcheck; did you mean "interval"?  (lab-invalid)
           6 |     healthcheck: {intervall: 3s}
             |                   ^^^^^^^^^
      hint: keys of healthcheck: test, interval, timeout, start_period, retries, disable"
    `);
  });

  test('a network', () => {
    expect(node('    networks: [default]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:5: networks cannot be set in nodes.app: a node has one network of its own; say what it dials with connects:  (lab-invalid)
           6 |     networks: [default]
             |     ^^^^^^^^
      hint: keys of a node: image, build, ports, connects, command, entrypoint, environment, env_file, volumes, tmpfs, working_dir, user, healthcheck, restart, cpus, cpuset and 23 more"
    `);
  });

  test('an order', () => {
    expect(node('    depends_on: [etcd-1]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:5: depends_on cannot be set in nodes.app: all nodes start at once, as after a power cut; let it retry, or add restart: on-failure  (lab-invalid)
           6 |     depends_on: [etcd-1]
             |     ^^^^^^^^^^
      hint: keys of a node: image, build, ports, connects, command, entrypoint, environment, env_file, volumes, tmpfs, working_dir, user, healthcheck, restart, cpus, cpuset and 23 more"
    `);
  });

  test('a port mapping', () => {
    expect(node('    ports: ["8080:80"]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:13: ports[0] must be the port inside the container alone, such as 80, not "8080:80"; labctl picks the one on your machine  (lab-invalid)
           6 |     ports: ["8080:80"]
             |             ^^^^^^^^^
      hint: ports: Ports that it listens on: what edges to it carry and host:NODE publishes."
    `);
  });

  test('a port of the probes', () => {
    expect(node('    ports: [61000]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:13: ports[0] must be a port from 1 to 60999, not 61000; labctl keeps the ones above for its probes  (lab-invalid)
           6 |     ports: [61000]
             |             ^^^^^
      hint: ports: Ports that it listens on: what edges to it carry and host:NODE publishes."
    `);
  });

  test('one port, not in a list', () => {
    expect(node('    ports: 80\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:12: ports must be a list such as [6379], not 80  (lab-invalid)
           6 |     ports: 80
             |            ^^
      hint: ports: Ports that it listens on: what edges to it carry and host:NODE publishes."
    `);
  });

  test('a named volume', () => {
    expect(node('    volumes: [data:/data]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:15: volumes[0] must be ./folder:/inside or /inside, not "data:/data"; a named volume would outlive the lab  (lab-invalid)
           6 |     volumes: [data:/data]
             |               ^^^^^^^^^^
      hint: volumes: Folders to mount: ./folder:/inside, or /inside."
    `);
  });

  test('a duration without a unit', () => {
    expect(node('    healthcheck:\n      interval: 30\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:7:17: healthcheck.interval cannot be "30": it has no unit; write 30s or 30ms  (lab-invalid)
           7 |       interval: 30
             |                 ^^
      hint: healthcheck: How Docker tells that it is healthy."
    `);
  });

  test("a label of labctl's own", () => {
    expect(node('    labels: {labctl.lab: other}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:13: labels cannot have labctl.lab: labctl and Docker find their own by such labels  (lab-invalid)
           6 |     labels: {labctl.lab: other}
             |             ^^^^^^^^^^^^^^^^^^^
      hint: labels: Docker labels."
    `);
  });

  test('no image', () => {
    expect(loadError('nodes:\n  app:\n    command: x\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:3: nodes.app needs an image or a build  (lab-invalid)
           2 |   app:
             |   ^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a name that leads elsewhere', () => {
    expect(loadError('nodes:\n  ../etc:\n    image: x\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:3: a node cannot be called "../etc": it has "." in it; a name is made of a-z, 0-9 and single hyphens  (lab-invalid)
           2 |   ../etc:
             |   ^^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a name for the shell', () => {
    expect(loadError('nodes:\n  $(reboot):\n    image: x\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:3: a node cannot be called "$(reboot)": it has "$" in it; a name is made of a-z, 0-9 and single hyphens  (lab-invalid)
           2 |   $(reboot):
             |   ^^^^^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test("the machine's own name", () => {
    expect(loadError('nodes:\n  host:\n    image: x\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:3: a node cannot be called "host": it stands for your own machine  (lab-invalid)
           2 |   host:
             |   ^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a dial to nobody', () => {
    expect(node('    connects: [etdc]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:16: there is no node or group "etdc"; did you mean "etcd"?  (lab-invalid)
           6 |     connects: [etdc]
             |                ^^^^
      hint: nodes: etcd-1, etcd-2, etcd-3, app; groups: etcd"
    `);
  });

  test('a dial to a member that is not there', () => {
    expect(node('    connects: [etcd-4]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:16: there is no node or group "etcd-4"  (lab-invalid)
           6 |     connects: [etcd-4]
             |                ^^^^^^
      hint: nodes: etcd-1, etcd-2, etcd-3, app; groups: etcd"
    `);
  });

  test('a dial to itself', () => {
    expect(node('    connects: [app]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:16: app cannot connect to itself  (lab-invalid)
           6 |     connects: [app]
             |                ^^^
      hint: nodes: etcd-1, etcd-2, etcd-3, app; groups: etcd"
    `);
  });

  test('a dial to a node without ports', () => {
    expect(node('    connects: [db]\n  db: {image: y}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:16: db has no ports: write db:PORT, or give db its ports:  (lab-invalid)
           6 |     connects: [db]
             |                ^^
      hint: nodes: etcd-1, etcd-2, etcd-3, app, db; groups: etcd"
    `);
  });

  test('a dial to a port that is none', () => {
    expect(node('    connects: ["etcd-1:99999"]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:16: 99999 is no port: a port is from 1 to 60999  (lab-invalid)
           6 |     connects: ["etcd-1:99999"]
             |                ^^^^^^^^^^^^^^
      hint: nodes: etcd-1, etcd-2, etcd-3, app; groups: etcd"
    `);
  });

  test('the name of a member', () => {
    expect(node('  etcd-1: {image: y}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:3: there are two things called etcd-1: a node of the group etcd and nodes.etcd-1  (lab-invalid)
           6 |   etcd-1: {image: y}
             |   ^^^^^^
      hint: give one of them another name"
    `);
  });

  test('the name of a group', () => {
    expect(node('  etcd: {image: y}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:6:3: there are two things called etcd: the group etcd and nodes.etcd  (lab-invalid)
           6 |   etcd: {image: y}
             |   ^^^^
      hint: give one of them another name"
    `);
  });
});
