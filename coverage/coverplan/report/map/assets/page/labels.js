// Where labels go: near their township, on no other label, on no sign where it can be helped.
const pen = document.createElement('canvas').getContext('2d');
const FONT = '"Microsoft YaHei UI","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","PingFang SC",sans-serif';

function wide(text, size, bold) {
  pen.font = (bold ? '600 ' : '') + size + 'px ' + FONT;
  return pen.measureText(text).width;
}

const apart = (a, b) => a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0;
const overlap = (a, b) => Math.max(0, Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0)) * Math.max(0, Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0));

const SPOTS = (function () {
  const spots = [];
  for (let r = 0; r <= 170; r += r < 40 ? 4 : 8) {
    const turns = r === 0 ? 1 : 10 + Math.round(r / 4);
    for (let n = 0; n < turns; n += 1) {
      const a = 2 * Math.PI * n / turns + Math.PI / 2;
      spots.push([r * Math.cos(a) * 1.25, r * Math.sin(a), r]);
    }
  }
  return spots;
}());

// wanted: [{x, y, w, h, room}]; solid: boxes to stay off; frame: the box to stay in.
function arrange(wanted, solid, frame) {
  const found = new Array(wanted.length);
  const boxAt = (one, spot) => {
    const x = one.x + spot[0];
    const y = one.y + spot[1];
    return { x0: x - one.w / 2 - 1, x1: x + one.w / 2 + 1, y0: y - one.h / 2 - 1, y1: y + one.h / 2 + 1 };
  };
  const within = box => box.x0 >= frame.x0 && box.x1 <= frame.x1 && box.y0 >= frame.y0 && box.y1 <= frame.y1;
  const priceAt = (box, spot, limit) => {
    let price = spot[2] * spot[2] / 12;
    for (let i = 0; i < solid.length && price < limit; i += 1) { price += (solid[i].weight || 0.6) * overlap(box, solid[i]); }
    return price;
  };
  const taken = (box, n) => {
    for (let m = 0; m < found.length; m += 1) { if (m !== n && found[m] && !apart(box, found[m].box)) { return true; } }
    return false;
  };
  const best = (n, limit) => {
    const one = wanted[n];
    let top = null;
    for (let s = 0; s < SPOTS.length; s += 1) {
      const spot = SPOTS[s];
      if (spot[2] * spot[2] / 12 >= (top ? top.price : limit)) { break; }
      const box = boxAt(one, spot);
      if (!within(box)) { continue; }
      const price = priceAt(box, spot, top ? top.price : limit);
      if (price >= (top ? top.price : limit) || taken(box, n)) { continue; }
      top = { price, x: one.x + spot[0], y: one.y + spot[1], box, far: spot[2] };
    }
    return top;
  };
  wanted.map((_, n) => n).sort((a, b) => wanted[a].room - wanted[b].room || a - b).forEach(n => { found[n] = best(n, Infinity) || undefined; });
  // A label that stands far off may take another's place, if that one finds a better second.
  for (let round = 0; round < 4; round += 1) {
    let moved = false;
    wanted.map((_, n) => n).sort((a, b) => (found[b] ? found[b].price : 1e9) - (found[a] ? found[a].price : 1e9)).forEach(n => {
      const now = found[n] ? found[n].price : 1e6;
      if (now < 40) { return; }
      for (let s = 0; s < SPOTS.length; s += 1) {
        const spot = SPOTS[s];
        if (spot[2] * spot[2] / 12 >= now) { return; }
        const box = boxAt(wanted[n], spot);
        if (!within(box)) { continue; }
        const hit = [];
        for (let m = 0; m < found.length && hit.length < 2; m += 1) { if (m !== n && found[m] && !apart(box, found[m].box)) { hit.push(m); } }
        if (hit.length > 1) { continue; }
        const price = priceAt(box, spot, now);
        if (price >= now) { continue; }
        const mine = { price, x: wanted[n].x + spot[0], y: wanted[n].y + spot[1], box, far: spot[2] };
        const old = found[n];
        if (!hit.length) { found[n] = mine; moved = true; return; }
        const m = hit[0];
        const was = found[m];
        found[n] = mine;
        const other = best(m, now + was.price - price - 0.5);
        if (other) { found[m] = other; moved = true; return; }
        found[n] = old;
      }
    });
    if (!moved) { break; }
  }
  return found;
}

// Signs that lie on each other move apart; each keeps the point it belongs to.
function spread(marks, rounds) {
  for (let step = 0; step < rounds; step += 1) {
    let moved = false;
    for (let a = 0; a < marks.length; a += 1) {
      for (let b = a + 1; b < marks.length; b += 1) {
        const one = marks[a];
        const two = marks[b];
        let dx = two.x - one.x;
        let dy = two.y - one.y;
        let far = Math.hypot(dx, dy);
        const need = one.r + two.r + 1.5;
        if (far >= need) { continue; }
        if (far < 0.01) { dx = Math.cos(a * 2.4 + b); dy = Math.sin(a * 2.4 + b); far = 1; }
        const push = (need - Math.hypot(two.x - one.x, two.y - one.y)) / 2 + 0.05;
        one.x -= push * dx / far;
        one.y -= push * dy / far;
        two.x += push * dx / far;
        two.y += push * dy / far;
        moved = true;
      }
    }
    if (!moved) { return; }
  }
}
