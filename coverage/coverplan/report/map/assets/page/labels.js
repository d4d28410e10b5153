// Where labels go: near their township, on no other label, on no sign where it can be helped.
const pen = document.createElement('canvas').getContext('2d');
const FONT = '"Microsoft YaHei UI","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","PingFang SC",sans-serif';

function wide(text, size, bold) {
  pen.font = (bold ? '600 ' : '') + size + 'px ' + FONT;
  return pen.measureText(text).width;
}

const apart = (a, b) => a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0;
const overlap = (a, b) => Math.max(0, Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0)) * Math.max(0, Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0));

// wanted: [{x, y, w, h, room}], in order; solid: boxes to stay off; frame: the box to stay in.
function arrange(wanted, solid, frame) {
  const placed = [];
  const order = wanted.map((_, n) => n).sort((a, b) => wanted[a].room - wanted[b].room || a - b);
  const spots = [];
  for (let r = 0; r <= 170; r += r < 40 ? 4 : 8) {
    const turns = r === 0 ? 1 : 10 + Math.round(r / 4);
    for (let n = 0; n < turns; n += 1) {
      const a = 2 * Math.PI * n / turns + Math.PI / 2;
      spots.push([r * Math.cos(a) * 1.25, r * Math.sin(a), r]);
    }
  }
  const found = new Array(wanted.length);
  order.forEach(n => {
    const one = wanted[n];
    let best = null;
    for (let s = 0; s < spots.length; s += 1) {
      const x = one.x + spots[s][0];
      const y = one.y + spots[s][1];
      const box = { x0: x - one.w / 2 - 1, x1: x + one.w / 2 + 1, y0: y - one.h / 2 - 1, y1: y + one.h / 2 + 1 };
      if (box.x0 < frame.x0 || box.x1 > frame.x1 || box.y0 < frame.y0 || box.y1 > frame.y1) { continue; }
      if (placed.some(other => !apart(box, other))) { continue; }
      let price = spots[s][2];
      for (let i = 0; i < solid.length; i += 1) { price += 0.14 * overlap(box, solid[i]); }
      if (!best || price < best.price) { best = { price, x, y, box, far: spots[s][2] }; }
      if (best && spots[s][2] > best.price) { break; }
    }
    if (best) {
      placed.push(best.box);
      found[n] = best;
    }
  });
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
