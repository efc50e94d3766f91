// What the stand-in answers as PD: a test double of PD's HTTP API, as far as labctl asks it, in the
// form that PD's sources give. Members, stores and rules are lists that the PDs hand each other;
// nothing is elected or replicated, and the regions of a store that leaves are a number that falls.
const ELECTION_MS = 1_500;
/** 20 s in a real PD. */
const DISCONNECTED_MS = 6_000;
const NEAR_MS = 3_000;
const REGIONS = 30;
const REGION_MS = 100;

const startedMs = Date.now();

/** Set by startPd: its own name, and how the stand-in dials. */
let own;
let host;
let log;
let dial;
/** Whom to ask when it joins. */
let asked;
/** What all PDs know; the newest that one hears of is taken over. */
let state;
let rules;

export function startPd({ flags, config, ...given }) {
  ({ own, host, log, dial } = given);
  const namesOf = (list = '') => list.split(',').filter(Boolean).map(host);
  asked = namesOf(flags.join);
  state = {
    version: 0,
    pds: namesOf(flags['initial-cluster']?.replaceAll(/[^,=]+=/g, '')),
    preferred: null, // by a transfer of the lead
    ids: {}, // store -> its id
    nextId: 1,
    offlineMs: {}, // store -> since when
    buried: [], // starts of processes whose store is gone
  };
  const count = Number(/max-replicas = (\d+)/.exec(config)?.[1] ?? 3);
  rules = [{ group_id: 'pd', id: 'default', role: 'voter', count }];
  return { answer, tick, rules: () => rules };
}

const change = (more) => {
  state = { ...state, ...more, version: state.version + 1 };
  return state;
};
/** Another PD -> when it answered last; each process that reports -> what it said. */
const seenMs = {};
const reports = {};
const near = (name) => name === own || Date.now() - (seenMs[name] ?? 0) < NEAR_MS;

let term = 1;
let led;
function leader() {
  if (Date.now() - startedMs < ELECTION_MS) return undefined;
  const reached = state.pds.filter(near).sort();
  const heir = reached.includes(state.preferred) ? state.preferred : reached[0];
  const found = reached.length * 2 > state.pds.length ? heir : undefined;
  if (found !== led) {
    term += 1;
    led = found;
    log(`leader is ${found ?? 'nobody'}`);
  }
  return found;
}

function stores() {
  for (const { name, role, startedMs: start } of Object.values(reports)) {
    if (state.buried.includes(start)) delete reports[name];
    else if (['tikv', 'tiflash'].includes(role) && !state.ids[name])
      change({ ids: { ...state.ids, [name]: state.nextId }, nextId: state.nextId + 1 });
  }
  const known = Object.values(reports).filter(({ name }) => state.ids[name]);
  return known.map(({ name, atMs, role }) => {
    const sinceMs = state.offlineMs[name];
    const moved = sinceMs ? Math.floor((Date.now() - sinceMs) / REGION_MS) : 0;
    const left = Math.max(0, REGIONS - moved);
    const seen = Date.now() - atMs < DISCONNECTED_MS ? 'Up' : 'Disconnected';
    const id = state.ids[name];
    return {
      store: {
        id,
        address: `${name}:${role === 'tikv' ? 20160 : 3930}`,
        state_name: sinceMs ? (left ? 'Offline' : 'Tombstone') : seen,
        labels: role === 'tiflash' ? [{ key: 'engine', value: 'tiflash' }] : [],
      },
      status: { leader_count: sinceMs ? 0 : 10 + id, region_count: left },
    };
  });
}
const tombstones = () =>
  stores().flatMap(({ store }) => (store.state_name === 'Tombstone' ? [host(store.address)] : []));

function bury() {
  const names = tombstones();
  const kept = (of) =>
    Object.fromEntries(Object.entries(of).filter(([name]) => !names.includes(name)));
  const starts = names.map((name) => reports[name].startedMs);
  for (const name of names) delete reports[name];
  change({
    ids: kept(state.ids),
    offlineMs: kept(state.offlineMs),
    buried: [...state.buried, ...starts],
  });
}

const memberOf = (name) => ({
  name: seenMs[name] || name === own ? name : '',
  member_id: Number(/\d+$/.exec(name)[0]),
  peer_urls: [`http://${name}:2380`],
  client_urls: seenMs[name] || name === own ? [`http://${name}:2379`] : [],
});

// `METHOD path` -> what is done and said; `id` is the last part of the path.

const ofMembers = {
  'GET /stand-in/state': () => [200, state],
  'POST /stand-in/join': (_id, body) => {
    const { name } = JSON.parse(body);
    return [200, state.pds.includes(name) ? state : change({ pds: [...state.pds, name] })];
  },
  'POST /stand-in/report': (_id, body) => {
    const report = JSON.parse(body);
    if (!state.buried.includes(report.startedMs))
      reports[report.name] = { ...report, atMs: Date.now() };
    const known = Object.values(reports).map(({ name, role }) => ({ name, role }));
    return [200, { known, pds: state.pds }];
  },
  'GET /pd/api/v1/members': () => {
    const name = leader();
    const members = state.pds.map(memberOf);
    return [
      200,
      {
        ...{ header: { cluster_id: 1 }, members },
        ...(name && { leader: { name }, etcd_leader: { name } }),
      },
    ];
  },
  'DELETE /pd/api/v1/members/id/ID': (id) => {
    change({ pds: state.pds.filter((name) => memberOf(name).member_id !== Number(id)) });
    return [200, JSON.stringify(`removed, pd: ${id}`)];
  },
  'POST /pd/api/v1/leader/transfer/ID': (name) => {
    change({ preferred: name });
    return [200, null];
  },
  'POST /v3/maintenance/status': () => [200, { raftTerm: `${term}` }],
  'POST /v3/cluster/member/add': () =>
    state.pds.every(near)
      ? [400, { message: 'etcdserver: Peer URLs already exists', code: 9 }]
      : [503, { message: 'etcdserver: unhealthy cluster', code: 14 }],
};

const ofStores = {
  'GET /pd/api/v1/stores': (id) => {
    const all = stores().filter(
      ({ store }) => store.state_name !== 'Tombstone' || id.includes('state=2'),
    );
    return [200, { count: all.length, stores: all }];
  },
  'DELETE /pd/api/v1/store/ID': (id) => {
    const { store } = stores().find((each) => each.store.id === Number(id));
    change({ offlineMs: { ...state.offlineMs, [host(store.address)]: Date.now() } });
    return [200, '"The store is set as Offline."'];
  },
  'DELETE /pd/api/v1/stores/remove-tombstone': () => {
    bury();
    return [200, '"Remove tombstone successfully."'];
  },
  'GET /pd/api/v1/replication_mode/status': () => [
    200,
    { mode: 'dr-auto-sync', 'dr-auto-sync': { 'label-key': 'zone', state: 'sync' } },
  ],
  'GET /pd/api/v1/config/rules': () => [200, rules],
  'GET /pd/api/v1/config/rules/group/pd': () => [200, rules],
  'POST /pd/api/v1/config/rule': (_id, body) => {
    rules.push(JSON.parse(body));
    return [200, '"Update rule successfully."'];
  },
  'DELETE /pd/api/v1/config/rule/pd/ID': (id) => {
    rules = rules.filter((rule) => rule.id !== id);
    return [200, '"Delete rule successfully."'];
  },
};

const does = { ...ofMembers, ...ofStores };

function answer(method, url, body) {
  if (url.startsWith('/pd/api/v1/config/rule') && !stores().length)
    return [500, 'TiKV cluster not bootstrapped, please start TiKV first'];
  const path = url.split('?')[0];
  const done = [path, path.replace(/[^/]+$/, 'ID')].map((at) => does[`${method} ${at}`]);
  return done.find(Boolean)?.(url.split('/').at(-1), body) ?? [404, 'path not found'];
}

const takeOver = (text) => {
  const told = JSON.parse(text);
  if (told.version > state.version) state = told;
};

/** Whom it dialled. */
async function tick() {
  if (!state.pds.length) {
    const joined = await dial(asked[0], 2379, 'POST', '/stand-in/join', `{"name":"${own}"}`);
    if (joined) state = JSON.parse(joined.text);
  }
  const others = state.pds.filter((name) => name !== own);
  await Promise.all(
    others.flatMap((name) => [
      dial(name, 2379),
      dial(name, 2380, 'GET', '/stand-in/state').then((reached) => {
        if (!reached) return;
        seenMs[name] = Date.now();
        takeOver(reached.text);
      }),
    ]),
  );
  return others;
}
