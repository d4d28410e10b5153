// What the reader has chosen, how it changes, and how it is taken back.
const PROPOSED = {};
TYPES.forEach(type => {
  PROPOSED[type.id] = DATA.placement
    .filter(row => row.type === type.id && row.candidate >= 0)
    .sort((a, b) => a.order - b.order)
    .map(row => row.candidate)
    .filter((j, n, all) => all.indexOf(j) === n);
});

const state = {
  type: TYPES.length ? TYPES[0].id : '',
  mode: 'now',
  metric: 'presence',
  cutoff: TYPES.length ? TYPES[0].cutoff : 0,
  view: DATA.approximate || !DATA.outline.length ? 'circle' : 'map',
  tab: 'gaps',
  township: -1,
  hover: -1,
  chosen: {},
  hidden: {},
  open: -1,
  step: null,
  tiles: false,
  auto: window.innerHeight > 600,
  logOpen: false,
  sort: { gaps: { by: '', down: true }, sites: { by: 'gain', down: true } },
  past: [],
  future: [],
  log: [],
};
TYPES.forEach(type => { state.chosen[type.id] = PROPOSED[type.id].slice(); });

const listeners = [];
const onChange = run => listeners.push(run);
function changed(what) { listeners.forEach(run => run(what || 'all')); }

const kind = () => typeOf(state.type);
const chosen = () => state.chosen[state.type] || [];
const planned = () => (state.mode === 'now' ? [] : state.step === null ? chosen() : chosen().slice(0, state.step));

function remember(entry) {
  state.past.push({ type: state.type, list: chosen().slice(), entry });
  if (state.past.length > 200) { state.past.shift(); }
  state.future = [];
}

function choose(list, entry) {
  remember(entry);
  state.chosen[state.type] = list;
  state.step = null;
  if (state.mode === 'now') { state.mode = 'plan'; }
  if (entry) { state.log.push(entry); }
  changed('plan');
}

function effect(list, change) {
  const now = worth(state.type, list);
  const then = worth(state.type, change);
  return then - now;
}

// The figure that the log and the ranking speak of: people reached, or people in townships with a site.
function worth(type, list) {
  if (model.measured(type)) { return model.reached(type, model.nearest(type, list), state.cutoff).total.covered; }
  const found = model.presence(type, list);
  return found.state.reduce((sum, letter, k) => sum + (letter === 'h' || found.added[k] ? T.people[k] || 0 : 0), 0);
}

function toggle(j) {
  const list = chosen();
  const at = list.indexOf(j);
  const next = at >= 0 ? list.filter(other => other !== j) : list.concat([j]);
  choose(next, {
    act: at >= 0 ? 'remove' : 'add', type: state.type, candidate: DATA.candidates.id[j],
    name: DATA.candidates.name[j], people: effect(list, next), cutoff: state.cutoff, reason: '',
  });
}

function undo() {
  const last = state.past.pop();
  if (!last) { return; }
  state.future.push({ type: last.type, list: state.chosen[last.type].slice(), entry: last.entry });
  state.chosen[last.type] = last.list;
  if (last.entry) { state.log.pop(); }
  state.type = last.type;
  changed();
}

function redo() {
  const next = state.future.pop();
  if (!next) { return; }
  state.past.push({ type: next.type, list: state.chosen[next.type].slice(), entry: next.entry });
  state.chosen[next.type] = next.list;
  if (next.entry) { state.log.push(next.entry); }
  state.type = next.type;
  changed();
}

function pickType(id) {
  state.type = id;
  state.step = null;
  const type = typeOf(id);
  state.cutoff = type.cutoff;
  if (!metrics().some(item => item.value === state.metric && !item.disabled)) { state.metric = 'presence'; }
  state.sort.gaps.by = '';
  changed();
}

function set(name, value) {
  state[name] = value;
  changed(name);
}

function metrics() {
  const type = kind();
  const table = type && DATA.coverage[type.id];
  return [
    { value: 'presence', label: say('metric.presence') },
    { value: 'coverage', label: say('metric.coverage'), disabled: !(table && model.measured(type.id)), title: table && !model.measured(type.id) ? say('metric.refused') : '' },
  ];
}

// Everything the map and the tables read, computed once a change.
let seen = null;
function compute() {
  const type = kind();
  if (!type) { return null; }
  const list = planned();
  const result = { presence: model.presence(type.id, list), cost: model.cost(list), cover: null, base: null };
  if (model.measured(type.id) && type.cutoff) {
    result.base = model.reached(type.id, model.before(type.id), state.cutoff);
    
    result.cover = model.reached(type.id, model.nearest(type.id, list), state.cutoff);
  }
  return result;
}
const figures = () => { if (!seen) { seen = compute(); } return seen; };
onChange(() => { seen = null; });
