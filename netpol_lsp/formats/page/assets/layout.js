// Where things go: sources to the left, what they reach to the right; the same data always gives the same picture.

const GAP = { x: 56, y: 16, box: 24, outer: { x: 78, y: 26 } };

// Up to so many boxes are put in a ring, where no line runs through a box between its ends.
const RING = 24;

// Boxes in a ring, what sends on the left and what receives on the right; gives what `arrange` gives.
function ring(boxes, links, gap) {
  const count = boxes.length;
  const turn = count === 4 ? 0.5 : 0;
  const angles = boxes.map((_, index) => Math.PI + ((index + turn) * 2 * Math.PI) / count);
  const slots = angles.map((angle) => ({ x: Math.cos(angle), y: Math.sin(angle) * (count <= 12 ? 0.85 : 0.62) }));
  slots.sort((a, b) => Math.round(1e6 * (a.x - b.x)) || a.y - b.y);
  const sorted = bySending(boxes, links);
  const room = { x: gap.x * 0.6, y: gap.y };
  let at;
  // The smallest ring in which no two boxes touch.
  for (let size = 40; ; size *= 1.06) {
    at = new Map(sorted.map((box, index) => [box.id, { x: slots[index].x * size, y: slots[index].y * size }]));
    if (!sorted.some((box, index) => sorted.slice(index + 1).some((other) => touch(box, at.get(box.id), other, at.get(other.id), room)))) break;
  }
  return moved(boxes, at);
}

const touch = (box, a, other, b, room) =>
  Math.abs(a.x - b.x) < (box.w + other.w) / 2 + room.x && Math.abs(a.y - b.y) < (box.h + other.h) / 2 + room.y;

// Positions with the corner of all boxes at 0, 0, and the size of it all.
function moved(boxes, at) {
  const edge = (of, pick) => pick(...boxes.map(of));
  const left = edge((box) => at.get(box.id).x - box.w / 2, Math.min);
  const top = edge((box) => at.get(box.id).y - box.h / 2, Math.min);
  const right = edge((box) => at.get(box.id).x + box.w / 2, Math.max);
  const bottom = edge((box) => at.get(box.id).y + box.h / 2, Math.max);
  for (const place of at.values()) {
    place.x -= left;
    place.y -= top;
  }
  return { at, w: right - left, h: bottom - top };
}

// Boxes by how much more they send than they receive.
function bySending(boxes, links) {
  const order = new Map(boxes.map((box, index) => [box.id, index]));
  const flow = new Map(boxes.map((box) => [box.id, 0]));
  for (const [a, b] of links) {
    flow.set(a, flow.get(a) + 1);
    flow.set(b, flow.get(b) - 1);
  }
  return [...boxes].sort((a, b) => flow.get(b.id) - flow.get(a.id) || order.get(a.id) - order.get(b.id));
}

// Places boxes ({ id, w, h }) in columns by the links ([from, to]) between them; gives the centres, and the size of it all.
function arrange(boxes, links, gap) {
  const order = new Map(boxes.map((box, index) => [box.id, index]));
  const known = links.filter(([a, b]) => a !== b && order.has(a) && order.has(b));
  if (boxes.length > 1 && boxes.length <= RING && known.length) return ring(boxes, known, gap);
  const both = new Set(known.map(([a, b]) => `${a}\n${b}`));
  // What goes both ways says nothing about left and right.
  const oneWay = known.filter(([a, b]) => !both.has(`${b}\n${a}`));
  const sorted = bySending(boxes, oneWay);
  const rank = ranks(sorted, oneWay);
  const columns = [];
  const most = Math.max(4, Math.ceil(Math.sqrt(boxes.length) * 1.2));
  for (const level of [...new Set(rank.values())].sort((a, b) => a - b)) {
    const inLevel = sorted.filter((box) => rank.get(box.id) === level);
    const parts = Math.ceil(inLevel.length / most);
    for (let part = 0; part < parts; part++) {
      const column = inLevel.filter((_, index) => index % parts === part);
      // Beside each other they leave lanes for what passes.
      column.isShifted = part % 2 === 1;
      columns.push(column);
    }
  }
  untangle(columns, known);
  return coordinates(columns, gap);
}

// The column of each box: one more than that of what reaches it. Long chains are folded into a block.
function ranks(sorted, links) {
  const position = new Map(sorted.map((box, index) => [box.id, index]));
  const incoming = new Map(sorted.map((box) => [box.id, []]));
  for (const [a, b] of links) {
    if (position.get(a) < position.get(b)) incoming.get(b).push(a);
  }
  const rank = new Map();
  for (const box of sorted) {
    rank.set(box.id, Math.max(-1, ...incoming.get(box.id).map((other) => rank.get(other))) + 1);
  }
  const wide = Math.max(3, Math.ceil(Math.sqrt(sorted.length) * 1.8));
  const levels = Math.max(0, ...rank.values()) + 1;
  if (levels > wide) {
    for (const [id, level] of rank) rank.set(id, Math.floor((level * wide) / levels));
  }
  return rank;
}

// Sorts each column by where the neighbours are, a few times, so that fewer links cross.
function untangle(columns, links) {
  const neighbours = new Map();
  for (const [a, b] of links) {
    for (const [one, other] of [[a, b], [b, a]]) {
      if (!neighbours.has(one)) neighbours.set(one, []);
      neighbours.get(one).push(other);
    }
  }
  const place = new Map();
  const note = () => {
    for (const column of columns) {
      column.forEach((box, index) => place.set(box.id, (index + 0.5) / column.length));
    }
  };
  note();
  for (let round = 0; round < 6; round++) {
    for (const column of columns) {
      const middle = new Map(
        column.map((box) => {
          const near = neighbours.get(box.id) ?? [];
          const sum = near.reduce((total, id) => total + (place.get(id) ?? 0.5), 0);
          return [box.id, near.length ? sum / near.length : place.get(box.id)];
        }),
      );
      column.sort((a, b) => middle.get(a.id) - middle.get(b.id) || collator.compare(a.id, b.id));
    }
    note();
  }
}

function coordinates(columns, gap) {
  const heights = columns.map((column) => column.reduce((sum, box) => sum + box.h + gap.y, -gap.y));
  const height = Math.max(0, ...heights);
  const at = new Map();
  let x = 0;
  columns.forEach((column, index) => {
    const width = Math.max(...column.map((box) => box.w));
    let y = (height - heights[index]) / 2 + (column.isShifted ? (column[0].h + gap.y) / 2 : 0);
    for (const box of column) {
      at.set(box.id, { x: x + width / 2, y: y + box.h / 2 });
      y += box.h + gap.y;
    }
    x += width + gap.x;
  });
  const lowest = columns.some((column) => column.isShifted) ? gap.y + Math.max(...columns.flat().map((box) => box.h)) / 2 : 0;
  return { at, w: Math.max(0, x - gap.x), h: height + lowest };
}

// Positions of all leaves. `groups`: id of a namespace and its leaves; `alone`: boxes beside them, `left` or `right`.
function arrangeAll(groups, alone, links) {
  const home = new Map();
  const inner = new Map();
  const boxes = [];
  for (const { id, leaves } of groups) {
    for (const leaf of leaves) home.set(leaf.id, id);
    const found = arrange(leaves, links, { x: GAP.x, y: GAP.y });
    inner.set(id, found);
    boxes.push({ id, w: found.w + 2 * GAP.box, h: found.h + 2 * GAP.box });
  }
  for (const box of alone.filter((one) => !one.side)) {
    home.set(box.id, box.id);
    boxes.push(box);
  }
  const outer = links
    .map(([a, b]) => [home.get(a), home.get(b)])
    .filter(([a, b]) => a !== undefined && b !== undefined && a !== b);
  const whole = arrange(boxes, outer, GAP.outer);
  const at = new Map();
  for (const { id, leaves } of groups) {
    const [centre, found] = [whole.at.get(id), inner.get(id)];
    for (const leaf of leaves) {
      const own = found.at.get(leaf.id);
      at.set(leaf.id, { x: centre.x - found.w / 2 + own.x, y: centre.y - found.h / 2 + own.y });
    }
  }
  for (const box of alone) {
    if (!box.side) at.set(box.id, whole.at.get(box.id));
  }
  for (const side of ["left", "right"]) {
    const column = coordinates([alone.filter((one) => one.side === side)].filter((one) => one.length), GAP);
    const x = side === "left" ? -column.w - GAP.outer.x : whole.w + GAP.outer.x;
    for (const [id, own] of column.at) at.set(id, { x: x + own.x, y: own.y + (whole.h - column.h) / 2 });
  }
  return at;
}
