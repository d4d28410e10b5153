// Sites that the meeting adds by a click, where travel is a straight line: an estimate, and said so.
const canAdd = () => hasCells && (DATA.rung === 'C' || DATA.rung === 'D' || DATA.rung === '');
let adding = false;

function within(latlng, cell) {
  let inner = false;
  cell.forEach(part => part.forEach(line => {
    for (let i = 0, j = line.length - 1; i < line.length; j = i, i += 1) {
      const a = line[i];
      const b = line[j];
      if ((a[0] > latlng.lat) !== (b[0] > latlng.lat) && latlng.lng < (b[1] - a[1]) * (latlng.lat - a[0]) / (b[0] - a[0]) + a[1]) { inner = !inner; }
    }
  }));
  return inner;
}

function addSite(site) {
  const c = DATA.candidates;
  if (c.id.indexOf(site.id) >= 0) { return c.id.indexOf(site.id); }
  c.id.push(site.id);
  c.name.push(clean(site.name));
  c.find.push('');
  c.kind.push('added');
  c.serves.push([TYPES.findIndex(type => type.id === site.type)]);
  c.township.push(T.code.indexOf(site.code9));
  c.at.push([Number(site.lat), Number(site.lon)]);
  c.location.push('own');
  c.resolution.push('township');
  c.cost.push(null);
  if (DATA.travel) { DATA.travel.candidate_column.push(-1); }
  return c.id.length - 1;
}

const addedSites = () => DATA.candidates.kind.map((kindOf, j) => (kindOf === 'added' ? j : -1)).filter(j => j >= 0).map(j => ({
  id: DATA.candidates.id[j], name: DATA.candidates.name[j], type: TYPES[DATA.candidates.serves[j][0]].id,
  code9: T.code[DATA.candidates.township[j]] || '', lat: DATA.candidates.at[j][0], lon: DATA.candidates.at[j][1],
}));

function startAdding() {
  adding = true;
  state.view = 'map';
  changed('view');
  document.body.classList.add('pinning');
  notice(say('add.how'));
}

function placeSite(latlng) {
  adding = false;
  document.body.classList.remove('pinning');
  const k = GEO.cells.findIndex(cell => within(latlng, cell));
  if (k < 0) { notice(say('add.outside')); return; }
  const lat = Math.round(latlng.lat * 1e5) / 1e5;
  const lon = Math.round(latlng.lng * 1e5) / 1e5;
  const number = DATA.candidates.kind.filter(kindOf => kindOf === 'added').length + 1;
  const j = addSite({ id: 'page-' + lat + '-' + lon, name: say('add.name', { n: number, township: T.name[k] }), type: state.type, code9: T.code[k], lat, lon });
  toggle(j);
  const far = DATA.venues.at.map((at, v) => (at && DATA.venues.open[v] && DATA.venues.type[v] === state.type ? map.distance(at, [lat, lon]) / 1000 : Infinity)).reduce((a, b) => Math.min(a, b), Infinity);
  notice(say('add.done', { township: T.name[k] }) + (far < Infinity ? say('add.far', { km: far.toFixed(1) }) : ''));
}
