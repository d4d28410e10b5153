// How far a township's people have to the nearest venue once a choice is built. Today's figure is
// the run's; a choice takes from it what the matrix shows to be saved, point by point.
let reachToday = null;
function today(type) {
  const travel = DATA.travel;
  if (!reachToday || reachToday.travel !== travel) { reachToday = { travel, by: {}, limit: limitsOfRows() }; }
  if (reachToday.by[type] === undefined) { reachToday.by[type] = travel && travel.nearest && travel.nearest[type] ? bytesOf(travel.nearest[type]) : null; }
  return reachToday.by[type];
}

// The most minutes that each row of the matrix tells; beyond them it is silent. Travel that was counted
// on the page tells them all.
function limitsOfRows() {
  const out = new Uint8Array(model.rows).fill(DATA.travel && DATA.travel.nearest ? 0 : 254);
  TYPES.forEach(type => {
    const members = DATA.travel && DATA.travel.nearest && DATA.travel.members[type.id];
    const most = members ? type.cutoffs.reduce((m, c) => Math.max.apply(null, [m].concat(limitsAround(c))), 0) : 0;
    for (let i = 0; members && i < model.rows; i += 1) { if (members[i] === '1' && out[i] < most) { out[i] = most; } }
  });
  return out;
}

// Whose way counts: residents with a place in the model.
function residentRows() {
  const travel = DATA.travel;
  if (travel.residents) { return travel.residents; }
  const type = TYPES.find(one => one.people !== 'pupils' && travel.members[one.id]);
  return type ? travel.members[type.id] : '';
}

// By township: mean minutes to the nearest, how they are known ('' the run's, 'about', 'most' at most
// so many, null nothing changes), and the chosen site that is the nearest for most.
function nearestOf(type, list) {
  const gaps = DATA.gaps[type];
  const base = DATA.travel ? today(type) : null;
  const out = T.code.map((_, k) => ({ minutes: gaps ? gaps.minutes[k] : null, how: '', site: -1 }));
  const open = list.filter(j => model.columnOf(j) >= 0);
  if (!DATA.travel || !open.length || !gaps) { return out; }
  const standing = model.before(type).near;
  const mine = residentRows();
  const sums = T.code.map(() => ({ people: 0, points: 0, saved: 0, savedPoints: 0, new: 0, newPoints: 0, lost: false, far: false, blank: false, moved: {} }));
  const travel = DATA.travel;
  const columns = open.map(j => model.column(model.columnOf(j)));
  for (let i = 0; i < model.rows; i += 1) {
    const k = travel.demand.township[i];
    if (k < 0 || mine[i] !== '1') { continue; }
    const w = travel.demand.people[i];
    const was = base ? Math.min(base[i], standing[i]) : standing[i];
    let near = 255;
    let best = -1;
    for (let n = 0; n < open.length; n += 1) { if (columns[n][i] < near) { near = columns[n][i]; best = open[n]; } }
    const s = sums[k];
    const is = Math.min(was, near);
    s.people += w;
    s.points += 1;
    if (was === 255) { s.lost = true; }
    if (is === 255) { s.blank = true; }
    if (near === 255 && was > reachToday.limit[i]) { s.far = true; }
    s.saved += w * (was - is);
    s.savedPoints += was - is;
    s.new += w * is;
    s.newPoints += is;
    if (near < was) { s.moved[best] = (s.moved[best] || 0) + (w || 1e-9); }
  }
  sums.forEach((s, k) => {
    if (!s.savedPoints) { out[k].how = s.far ? 'most' : ''; return; }
    if (s.blank) { out[k].minutes = null; return; }
    const mean = s.people ? s.new / s.people : s.newPoints / s.points;
    const saved = s.people ? s.saved / s.people : s.savedPoints / s.points;
    const told = gaps.minutes[k];
    out[k].minutes = s.lost || told === null ? mean : Math.max(0, told - saved);
    out[k].how = s.far ? 'most' : 'about';
    const sites = Object.keys(s.moved).map(Number).sort((a, b) => s.moved[b] - s.moved[a] || a - b);
    const all = sites.reduce((sum, j) => sum + s.moved[j], 0);
    if (2 * all > (s.people || s.points * 1e-9)) { out[k].site = sites[0]; }
  });
  return out;
}

const nearestSeen = {};
onChange(() => { Object.keys(nearestSeen).forEach(type => { delete nearestSeen[type]; }); });
function nearestNow(type) {
  if (!nearestSeen[type]) { nearestSeen[type] = nearestOf(type, state.mode === 'now' ? [] : type === state.type ? planned() : state.chosen[type] || []); }
  return nearestSeen[type];
}

// Name and distance of the nearest venue in words; null where none is known.
function nearestWords(type, k) {
  const gaps = DATA.gaps[type];
  const now = nearestNow(type)[k];
  if (!gaps || (!gaps.nearest[k] && now.site < 0)) { return null; }
  if (now.minutes === null && gaps.km[k] === null) { return null; }
  const name = now.site >= 0 ? say('nearest.site', { name: DATA.candidates.name[now.site].replace(/（.*$/, '') }) : clean(gaps.nearest[k]);
  const far = now.minutes !== null ? say('minutes', { n: Math.ceil(now.minutes - 1e-6) }) : say('km', { n: gaps.km[k] });
  return { name, far: now.how ? say('nearest.' + now.how, { far }) : far };
}
