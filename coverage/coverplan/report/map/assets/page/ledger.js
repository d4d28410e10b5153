// What taken rows change: presence, the ledger of targets, gaps; counted as the library counts them.
const isOpen = (type, v) => DATA.venues.type[v] === type && DATA.venues.open[v];
const venueNumbers = () => DATA.venues.id.map((_, v) => v);
const placesOf = list => Object.keys(list.reduce((all, v) => { all[COUNT.place_id[v] ? 'p' + COUNT.place_id[v] : 'v' + DATA.venues.id[v]] = true; return all; }, {})).length;

// Has, none or silent, and why: a venue, a report, a list that is known to be complete.
function settle(type, k, told) {
  const p = DATA.presence[type];
  const here = venueNumbers().filter(v => DATA.venues.type[v] === type && DATA.venues.township[v] === k);
  const open = here.filter(v => DATA.venues.open[v]);
  const planned = here.filter(v => !DATA.venues.open[v] && /^(planned|building)$/.test(DATA.venues.status[v]));
  const answer = told || { zero_report: 'none', answered: 'has' }[p.reason[k]] || '';
  const sure = !here.some(v => DATA.venues.status[v] === 'disputed');
  p.open[k] = placesOf(open);
  p.active[k] = placesOf(open.filter(v => DATA.venues.active[v] === 'yes'));
  p.planned[k] = placesOf(planned);
  p.unlocated[k] = placesOf(open.filter(v => DATA.venues.location[v] === 'township'));
  p.reason[k] = open.length ? 'venue' : answer === 'none' ? 'zero_report' : answer === 'has' ? 'answered' : sure && DATA.complete.indexOf(type) >= 0 ? 'list_complete' : sure && DATA.assume_none ? 'assumed' : 'no_answer';
  const letters = Array.from(p.state);
  letters[k] = open.length ? 'h' : /^(answered|no_answer)$/.test(p.reason[k]) ? 'u' : 'n';
  p.state = letters.join('');
}

// Villages with any of the types, and those of which nobody knows; `answered` as reports say.
function villagesWith(types, told) {
  let has = 0;
  let silent = 0;
  VILLAGE.code.forEach((_, n) => {
    const k = VILLAGE.township[n];
    const states = types.map(type => {
      if (venueNumbers().some(v => isOpen(type, v) && COUNT.venue_village[v] === SEATS + n)) { return 'h'; }
      const loose = venueNumbers().some(v => isOpen(type, v) && DATA.venues.township[v] === k && COUNT.venue_village[v] < 0);
      const answer = told[type + ' ' + k];
      const answered = answer ? answer === 'has' : COUNT.answered[type][k] === '1';
      const state = DATA.presence[type].state[k];
      return state === 'n' || (state === 'h' && answered && !loose) ? 'n' : 'u';
    });
    if (states.indexOf('h') >= 0) { has += 1; } else if (states.indexOf('u') >= 0) { silent += 1; }
  });
  return { has, silent };
}

function countTarget(row, terms, told) {
  const types = row.type.split(';').filter(type => DATA.presence[type]);
  const notes = [];
  const silent = T.code.filter((_, k) => types.some(type => DATA.presence[type].state[k] === 'u')).length;
  const out = { done: null, planned: null, unreported: silent, whole: null };
  if (row.source === 'venues') {
    const mine = venueNumbers().filter(v => types.indexOf(DATA.venues.type[v]) >= 0);
    const open = mine.filter(v => DATA.venues.open[v]);
    const undated = terms[0] || terms[1] ? open.filter(v => !DATA.venues.opened_on[v]).length : 0;
    const standing = open.filter(v => { const day = DATA.venues.opened_on[v]; return (!terms[0] || (day && day >= terms[0])) && (!terms[1] || (day && day <= terms[1])); });
    out.done = placesOf(standing);
    out.planned = placesOf(mine.filter(v => !DATA.venues.open[v] && /^(planned|building)$/.test(DATA.venues.status[v])));
    out.unreported += undated;
    if (undated) { notes.push(['undated', { n: undated }]); }
    if (silent) { notes.push(terms[2] ? ['townships_unreported', { n: silent }] : ['lead_unreported', { lead: row.lead }]); }
  } else if (row.source === 'presence') {
    const has = k => types.some(type => DATA.presence[type].state[k] === 'h');
    out.done = T.code.filter((_, k) => has(k)).length;
    out.planned = T.code.filter((_, k) => !has(k) && types.some(type => DATA.presence[type].planned[k] > 0)).length;
    out.whole = SEATS;
    if (silent) { notes.push(['townships_unreported', { n: silent }]); }
  } else {
    const found = villagesWith(types, told);
    out.done = found.has;
    out.unreported = found.silent;
    out.whole = VILLAGE.code.length;
    if (found.silent) { notes.push(['villages_unreported', { n: found.silent }]); }
  }
  const goal = row.target === null ? out.whole : row.target;
  row.done = out.done;
  row.planned = out.planned;
  row.unreported = out.unreported;
  row.missing = goal === null ? null : Math.max(goal - out.done, 0);
  const ended = DATA.county.as_of >= DATA.county.period[DATA.county.period.length - 1] + '-12-31';
  row.status = goal !== null && out.done >= goal ? 'done' : out.unreported ? 'unreported' : ended && goal !== null ? 'overdue' : out.done > 0 || out.planned ? 'running' : 'not_started';
  if (goal === null) { notes.push(['no_goal', {}]); }
  row.note = [0, 1].map(n => notes.map(note => COUNT.notes[note[0]][n].replace(/\{(\w+)\}/g, (all, name) => note[1][name])).join(''));
}

// The targets that venues and townships decide; the others rest on tables that no row here changes.
function recount(told, asked) {
  DATA.targets.forEach((row, n) => {
    if (asked && COUNT.by_minutes && row.source === 'visits') { row.note = row.note.map((text, m) => DATA.texts['take.stale'][m] + text); }
    if (/^(venues|presence|villages)$/.test(row.source) && row.type.split(';').every(type => DATA.presence[type]) && (COUNT.dated || !(COUNT.targets[n][0] || COUNT.targets[n][1]))) { countTarget(row, COUNT.targets[n], told); }
  });
  Object.keys(DATA.gaps).forEach(type => {
    const behind = DATA.targets.filter(row => row.status !== 'done' && row.type.split(';').indexOf(type) >= 0).map(row => row.id).join('；');
    const p = DATA.presence[type];
    DATA.gaps[type].targets = T.code.map((_, k) => (p.state[k] === 'h' ? '' : behind));
    const order = T.code.map((_, k) => k).filter(k => p.state[k] === 'n' && T.people[k] !== null).sort((a, b) => T.people[b] - T.people[a] || a - b);
    DATA.gaps[type].rank = T.code.map((_, k) => (order.indexOf(k) < 0 ? null : order.indexOf(k) + 1));
  });
}

// Straight kilometres between two points, on the ellipsoid's radii at their latitude. [km]
function kilometres(a, b) {
  const turn = Math.PI / 180;
  const middle = turn * (a[0] + b[0]) / 2;
  const flat = 1 - 0.00669438 * Math.pow(Math.sin(middle), 2);
  const north = 6335.439 / Math.pow(flat, 1.5) * turn * (a[0] - b[0]);
  return Math.hypot(north, 6378.137 / Math.sqrt(flat) * Math.cos(middle) * turn * (a[1] - b[1]));
}

// The nearest open venue of a type for most of a township's people, and how far they have to it.
function renear(type, given, venuePlace) {
  const gaps = DATA.gaps[type];
  const stand = venueNumbers().filter(v => isOpen(type, v) && DATA.venues.location[v] !== 'township' && (!given || venuePlace[v] !== -1));
  const limit = typeOf(type) && typeOf(type).programme ? typeOf(type).cutoff : null;
  const name = v => DATA.venues.name[v];
  T.code.forEach((_, k) => {
    const seat = T.seat[k];
    const away = stand.map(v => (seat[0] !== null && DATA.venues.at[v] ? kilometres(seat, DATA.venues.at[v]) : Infinity));
    const least = away.reduce((a, b) => Math.min(a, b), Infinity);
    gaps.km[k] = least < Infinity ? Math.round(least * 10) / 10 : null;
    if (!given) { gaps.nearest[k] = least < Infinity ? name(stand[away.indexOf(least)]) : ''; return; }
    const near = {};
    const mine = [];
    for (let i = 0; i < DATA.asked.residents; i += 1) { if (homeOf(DATA.asked.place[i]) === k && locationOf(given, i) !== 'none') { mine.push(i); } }
    const some = mine.some(i => DATA.asked.people[i] > 0);
    let sum = 0;
    let all = 0;
    mine.forEach(i => {
      const w = some ? DATA.asked.people[i] || 0 : 1;
      const times = stand.map(v => { const t = trip(given, DATA.asked.place[i], venuePlace[v]); return t <= DATA.asked.limit ? t : Infinity; });
      const best = times.reduce((a, b) => Math.min(a, b), Infinity);
      if (best < Infinity) { const v = times.indexOf(best); near[v] = (near[v] || 0) + w; }
      if (w > 0) { sum += w * best; all += w; }
    });
    const order = Object.keys(near).map(Number).filter(v => near[v] > 0).sort((a, b) => near[b] - near[a] || a - b);
    const mean = all ? sum / all : Infinity;
    gaps.nearest[k] = order.length ? name(stand[order[0]]) : '';
    gaps.minutes[k] = mean < Infinity ? Math.round(mean * 10) / 10 : null;
    gaps.over[k] = mean < Infinity && limit !== null && mean > limit ? Math.round((mean - limit) * 10) / 10 : null;
  });
}
