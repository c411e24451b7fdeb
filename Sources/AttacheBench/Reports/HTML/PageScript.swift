// SPDX-License-Identifier: Apache-2.0
// What a page does under the pointer: the values of all lines at one place. Without it each point
// still tells its own.

enum PageScript {
    /// The texts come from the points' attributes and are set as text.
    static let text = """
        'use strict';
        for (const plot of document.querySelectorAll('.plot')) {
          const svg = plot.querySelector('svg');
          const cross = plot.querySelector('.cross');
          const tip = plot.querySelector('.tip');
          const lines = [...plot.querySelectorAll('.series')].map((line) => ({
            name: line.dataset.name, kind: line.getAttribute('class').replace('series', 'swatch'),
            points: [...line.querySelectorAll('circle')].map((circle) => {
              circle.querySelector('title')?.remove();
              return { circle, x: Number(circle.getAttribute('cx')) };
            }),
          })).filter((line) => line.points.length > 0);
          const nearest = (points, x) => points.reduce((best, point) =>
            Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best);
          const row = (kind, name, value) => {
            const [p, swatch, shown] = ['p', 'i', 'strong'].map((t) => document.createElement(t));
            swatch.className = kind;
            shown.textContent = value;
            p.append(...(kind ? [swatch] : []), name, shown);
            return p;
          };
          let near = [];
          const leave = () => {
            near.forEach((point) => point.circle.classList.remove('near'));
            near = [];
            tip.hidden = true;
            cross.setAttribute('visibility', 'hidden');
          };
          plot.addEventListener('pointerleave', leave);
          plot.addEventListener('pointermove', (event) => {
            leave();
            if (lines.length === 0) return;
            const box = svg.getBoundingClientRect();
            const scale = svg.viewBox.baseVal.width / box.width;
            const x = (event.clientX - box.left) * scale;
            const main = nearest(lines.flatMap((line) => line.points), x);
            near = lines.map((line) => nearest(line.points, main.x));
            near.forEach((point) => point.circle.classList.add('near'));
            tip.replaceChildren(row('', main.circle.dataset.x, ''), ...lines.map((line, index) =>
              row(line.kind, line.name, near[index].circle.dataset.y)));
            tip.hidden = false;
            cross.setAttribute('x1', main.x);
            cross.setAttribute('x2', main.x);
            cross.setAttribute('visibility', 'visible');
            const left = main.x / scale;
            const isRight = left > box.width / 2;
            tip.style.left = `${isRight ? left - tip.offsetWidth - 14 : left + 14}px`;
          });
        }

        """
}
