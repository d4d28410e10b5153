// The arithmetic of what-if: presence, people reached, gains. No page, no words: numbers only.
const T = DATA.townships;
const TYPES = DATA.types;
const typeOf = id => TYPES.find(type => type.id === id);

function bytesOf(block) {
  const text = window.atob(block.bytes);
  const out = new Uint8Array(block.rows * block.columns);
  if (block.how === 'raw') {
    for (let n = 0; n < text.length; n += 1) { out[n] = text.charCodeAt(n); }
    return out;
  }
  let at = 0;
  for (let n = 0; n < text.length; n += 1) {
    const byte = text.charCodeAt(n);
    if (byte === block.beyond) {
      n += 1;
      const stop = at + text.charCodeAt(n);
      while (at < stop) { out[at] = block.beyond; at += 1; }
    } else {
      out[at] = byte;
      at += 1;
    }
  }
  return out;
}

const model = (function () {
  const travel = DATA.travel;
  const rows = travel ? travel.matrix.rows : 0;
  const bytes = travel ? bytesOf(travel.matrix) : null;
  const home = travel ? travel.demand.township : [];
  const people = travel ? travel.demand.people : [];
  const known = travel ? Array.from(travel.demand.known, c => c === '1') : [];
  const columns = [];
  for (let c = 0; travel && c < travel.matrix.columns; c += 1) {
    columns.push(bytes.subarray(c * rows, (c + 1) * rows));
  }
  const standing = {};

  // Whole minutes from each demand point to the nearest open venue of a type.
  function before(type) {
    if (!standing[type]) {
      const near = new Uint8Array(rows).fill(255);
      DATA.venues.type.forEach((kind, v) => {
        const c = travel ? travel.venue_column[v] : -1;
        if (kind === type && DATA.venues.open[v] && c >= 0) { lower(near, columns[c]); }
      });
      standing[type] = near;
    }
    return standing[type];
  }

  function lower(near, column) {
    for (let i = 0; i < rows; i += 1) { if (column[i] < near[i]) { near[i] = column[i]; } }
  }

  const columnOf = candidate => (travel ? travel.candidate_column[candidate] : -1);

  function nearest(type, chosen) {
    const near = before(type).slice();
    chosen.forEach(j => { if (columnOf(j) >= 0) { lower(near, columns[columnOf(j)]); } });
    return near;
  }

  // People within, beyond and without a place, by township; the county is the sum.
  function reached(near, cutoff) {
    const n = T.code.length;
    const covered = new Array(n).fill(0);
    const uncovered = new Array(n).fill(0);
    const unknown = new Array(n).fill(0);
    for (let i = 0; i < rows; i += 1) {
      const k = home[i];
      if (k < 0) { continue; }
      if (!known[i]) { unknown[k] += people[i]; } else if (near[i] <= cutoff) { covered[k] += people[i]; } else { uncovered[k] += people[i]; }
    }
    const sum = list => list.reduce((a, b) => a + b, 0);
    return {
      covered, uncovered, unknown,
      total: { covered: sum(covered), uncovered: sum(uncovered), unknown: sum(unknown) },
    };
  }

  // What each candidate would add now: people newly reached, or people whose township gains a site.
  function gains(type, chosen, cutoff) {
    const size = DATA.candidates.id.length;
    const out = new Array(size).fill(0);
    if (measured(type)) {
      const near = nearest(type, chosen);
      const late = [];
      for (let i = 0; i < rows; i += 1) { if (known[i] && near[i] > cutoff) { late.push(i); } }
      const by = columns.map(column => {
        let gain = 0;
        for (let n = 0; n < late.length; n += 1) { if (column[late[n]] <= cutoff) { gain += people[late[n]]; } }
        return gain;
      });
      for (let j = 0; j < size; j += 1) { out[j] = columnOf(j) >= 0 ? by[columnOf(j)] : 0; }
      return out;
    }
    const state = presence(type, chosen).state;
    for (let j = 0; j < size; j += 1) {
      const k = DATA.candidates.township[j];
      out[j] = k >= 0 && state[k] !== 'h' ? T.people[k] || 0 : 0;
    }
    return out;
  }

  // Whether the run gave this type figures of people that the matrix can carry on.
  function measured(type) {
    const table = DATA.coverage[type];
    if (!travel || !table) { return false; }
    return Object.keys(table).some(cutoff => table[cutoff].refused[T.code.length] === null);
  }

  function presence(type, chosen) {
    const now = DATA.presence[type];
    const added = new Array(T.code.length).fill(0);
    chosen.forEach(j => { if (DATA.candidates.township[j] >= 0) { added[DATA.candidates.township[j]] += 1; } });
    const was = now ? now.state : 'u'.repeat(T.code.length);
    const state = Array.from(was, (letter, k) => (added[k] > 0 ? 'h' : letter));
    const tally = letters => ({
      h: letters.filter(x => x === 'h').length,
      n: letters.filter(x => x === 'n').length,
      u: letters.filter(x => x === 'u').length,
    });
    return { state, added, was: Array.from(was), tally: tally(state), tallyWas: tally(Array.from(was)) };
  }

  const cost = chosen => {
    let sum = 0;
    let blank = 0;
    chosen.forEach(j => {
      const yuan = DATA.candidates.cost[j];
      if (yuan === null) { blank += 1; } else { sum += yuan; }
    });
    return { sum, blank };
  };

  // One site after the other, each time the one that adds most; ties go to the first id.
  function greedy(type, chosen, cutoff, k) {
    const list = chosen.slice();
    for (let step = 0; step < k; step += 1) {
      const gain = gains(type, list, cutoff);
      let best = -1;
      for (let j = 0; j < gain.length; j += 1) {
        if (serves(j, type) && list.indexOf(j) < 0 && gain[j] > 0 && (best < 0 || gain[j] > gain[best])) { best = j; }
      }
      if (best < 0) { break; }
      list.push(best);
    }
    return list;
  }

  const allowed = DATA.candidates.types.map(text => text.split(/[\s,;|、；，]+/).filter(Boolean));
  const serves = (j, type) => allowed[j].length === 0 || allowed[j].indexOf(type) >= 0;

  return { rows, before, nearest, reached, gains, presence, measured, cost, greedy, serves, columnOf };
}());
