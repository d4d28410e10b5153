// The plan as a picture for a telephone: 1080 pixels wide, title, headline, numbers, circles, legend.
const PICTURE = 1080;

function wrapped(text, width, size) {
  const rows = [''];
  Array.from(text).forEach(sign => {
    if (wide(rows[rows.length - 1] + sign, size, true) > width) { rows.push(''); }
    rows[rows.length - 1] += sign;
  });
  return rows;
}

function picture() {
  const edge = 40;
  const inner = PICTURE - 2 * edge;
  const now = figures();
  const root = svg('svg', { xmlns: 'http://www.w3.org/2000/svg', width: PICTURE, 'font-family': FONT });
  const write = (x, y, size, text, options) => put(root, svg('text', Object.assign({ x, y, 'font-size': size, fill: '#15202b' }, options || {}), text));
  const ground = svg('rect', { width: PICTURE, height: 10, fill: '#ffffff' });
  put(root, [patterns(), ground]);
  let y = 84;
  write(edge, y, 46, say('title', { county: both(DATA.county.name) }), { 'font-weight': 700 });
  y += 44;
  write(edge, y, 28, kindName() + ' · ' + say('subtitle', { date: DATA.county.as_of, mode: say('mode.' + state.mode) }), { fill: '#52606d' });
  y += 22;
  wrapped(headline(), inner, 36).forEach(row => { y += 46; write(edge, y, 36, row, { 'font-weight': 600 }); });
  y += 34;
  const p = now.presence.tally;
  const boxes = state.metric === 'coverage' && now.cover
    ? [[say('card.covered'), count(now.cover.total.covered), '#9aa4ae'], [say('card.uncovered'), count(now.cover.total.uncovered), INK.none], [say('card.unknown'), count(now.cover.total.unknown), '#9aa4ae'], [say('card.sites'), String(planned().length), INK.accent]]
    : [[say('has'), String(p.h), '#9aa4ae'], [say('none'), String(p.n), INK.none], [say('unreported'), String(p.u), '#9aa4ae'], [say('card.sites'), String(planned().length), INK.accent]];
  boxes.forEach((box, n) => {
    const x = edge + n * (inner + 16) / 4;
    put(root, [svg('rect', { x, y, width: (inner - 48) / 4, height: 112, fill: '#ffffff', stroke: '#d5dae0' }), svg('rect', { x, y, width: 8, height: 112, fill: box[2] })]);
    write(x + 24, y + 38, 25, box[0], { fill: '#52606d' });
    write(x + 24, y + 92, 44, box[1], { 'font-weight': 700 });
  });
  y += 140;
  // The circles, larger: from their places on the mercator plane.
  const disks = T.circle.map(c => ({ x: 6378137 * c[1] * Math.PI / 180, y: -6378137 * Math.log(Math.tan(Math.PI / 4 + c[0] * Math.PI / 360)), r: c[2] }));
  const x0 = Math.min.apply(null, disks.map(c => c.x - c.r));
  const x1 = Math.max.apply(null, disks.map(c => c.x + c.r));
  const y0 = Math.min.apply(null, disks.map(c => c.y - c.r));
  const y1 = Math.max.apply(null, disks.map(c => c.y + c.r));
  const scale = inner / (x1 - x0);
  const tall = (y1 - y0) * scale;
  const at = (lat, lon) => [edge + (6378137 * lon * Math.PI / 180 - x0) * scale, y + (-6378137 * Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) - y0) * scale];
  put(root, svg('rect', { x: 0, y: y - 16, width: PICTURE, height: tall + 32, fill: '#eef1f4' }));
  if (GEO.river.length) {
    put(root, svg('path', { d: 'M' + GEO.river[0].map(point => at(point[0], point[1]).map(v => v.toFixed(1)).join(' ')).join('L'), fill: 'none', stroke: '#bcdaee', 'stroke-width': 20, 'stroke-linecap': 'round' }));
  }
  const number = numberOf(chosen());
  const discs = [];
  disks.forEach((c, k) => {
    const shown = look(k);
    const cx = edge + (c.x - x0) * scale;
    const cy = y + (c.y - y0) * scale;
    const r = c.r * scale;
    put(root, svg('circle', { cx, cy, r, fill: shown.fill, stroke: now.presence.added[k] ? INK.accent : '#8e979f', 'stroke-width': now.presence.added[k] ? 3 : 1.5 }));
    const name = shortName(k, r / 1.6);
    const size = Math.max(15, Math.min(26, 1.5 * r / Math.max(1, wide(name, 1, true))));
    const ink = shown.dark ? { fill: '#ffffff', 'text-anchor': 'middle' } : { 'text-anchor': 'middle', 'paint-order': 'stroke', stroke: '#ffffff', 'stroke-width': 4 };
    write(cx, cy - 2, size, name, Object.assign({ 'font-weight': 600 }, ink));
    write(cx, cy + size * 1.05, Math.min(size, 21, 1.6 * r / Math.max(1, wide(shown.value, 1, false))), shown.value, ink);
    planned().filter(j => DATA.candidates.township[j] === k).slice(0, 3).forEach((j, n) => {
      const turn = -Math.PI * 0.27 + n * 34 / r;
      discs.push(disc(cx + (r + 5) * Math.cos(turn), cy + (r + 5) * Math.sin(turn), number[j], conditional(j), 14, unsure(j)));
    });
  });
  put(root, discs);
  const crowd = crowdedTown();
  const rounds = disks.map(c => ({ x: edge + (c.x - x0) * scale, y: y + (c.y - y0) * scale, r: c.r * scale + 12 }));
  const around = { circles: rounds, rings: [], boxes: [] };
  let spot = null;
  for (let w = 330; crowd && !spot && w >= 200; w -= 20) { spot = freeBox(w, 0.66 * w, around, { x0: 12, y0: y - 8, x1: PICTURE - 12, y1: y + tall + 8 }); }
  if (spot) {
    const bigger = (spot.x1 - spot.x0) / 190;
    const inset = townInset(crowd, { x0: 0, y0: 0, x1: 190, y1: 0.66 * 190 }, [], 'inset-picture', false);
    inset.setAttribute('transform', 'translate(' + spot.x0 + ' ' + spot.y0 + ') scale(' + bigger + ')');
    put(root, inset);
  }
  if (DATA.example) {
    for (let n = 0; n < 3; n += 1) { write(150 + n * 260, y + tall * (0.25 + 0.25 * n), 62, say('watermark.example'), { opacity: 0.12, transform: 'rotate(-20 ' + (150 + n * 260) + ' ' + (y + tall * (0.25 + 0.25 * n)) + ')' }); }
  }
  y += tall + 62;
  const was = now.presence.was;
  const gain = was.map((letter, k) => (now.presence.added[k] ? letter : ''));
  let keys = [[INK.none, say('none') + ' ' + p.n], ['url(#hatch)', say('unreported') + ' ' + p.u], [INK.quiet, say('has') + ' ' + p.h]];
  if (state.mode === 'diff') {
    keys = [[INK.more[0], say('legend.more')], ['#f4f5f6', say('value.same')]];
  } else if (state.metric === 'coverage' && now.cover) {
    keys = INK.gap.map((colour, n) => [colour, ['< 20%', '20–40%', '40–60%', '60–80%', '≥ 80%'][n]]).concat([['url(#dots)', say('unknown')]]);
  } else if (state.mode === 'plan') {
    if (gain.indexOf('n') >= 0) { keys.push([INK.tint, say('legend.added')]); }
    if (gain.indexOf('u') >= 0) { keys.push(['url(#hatch-plan)', say('legend.if_none')]); }
  }
  let x = edge;
  const next = width => { if (x + width > PICTURE - 20) { x = edge; y += 42; } const at = x; x += width + 28; return at; };
  keys.forEach(key => {
    const left = next(50 + wide(key[1], 25, false));
    put(root, svg('rect', { x: left, y: y - 24, width: 40, height: 28, fill: key[0], stroke: '#77808a' }));
    write(left + 50, y, 25, key[1]);
  });
  if (planned().length) {
    const maybe = planned().some(conditional);
    const words = say(maybe ? 'legend.chosen_if' : 'legend.chosen');
    const left = next(36 + wide(words, 25, false));
    put(root, disc(left + 14, y - 9, 1, maybe, 14));
    write(left + 36, y, 25, words);
  }
  y += 50;
  [say('scale.none') + ' · ' + say('imprint.as_of', { date: DATA.county.as_of }) + ' · ' + say('imprint.population', { year: DATA.population.year, kind: say('population.' + DATA.population.kind) }), (DATA.example ? say('imprint.example') + ' · ' : '') + say('imprint.internal'), say('imprint.unit', { unit: clean(DATA.county.unit) })].forEach(row => { write(edge, y, 22, row, { fill: '#52606d' }); y += 34; });
  root.setAttribute('height', Math.ceil(y));
  ground.setAttribute('height', Math.ceil(y));
  return root;
}

function savePicture() {
  const root = picture();
  const width = Number(root.getAttribute('width'));
  const height = Number(root.getAttribute('height'));
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    canvas.getContext('2d').drawImage(image, 0, 0);
    canvas.toBlob(blob => saveFile(DATA.county.slug + '-phone.png', blob), 'image/png');
  };
  image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(new XMLSerializer().serializeToString(root));
}
