// SPDX-License-Identifier: Apache-2.0
// The cost curve, live: small in the header, with its axes when opened.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { server } from './server';
import { isDark } from './theme';

const kWidth = 440;
const kHeight = 220;

/** Costs that have a logarithm; those of a likelihood need not. */
const isPositive = (costs: [number, number][]): boolean => costs.every(([, c]) => c > 0);

function Curve({ costs }: { costs: [number, number][] }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data: uPlot.AlignedData = [costs.map(([i]) => i), costs.map(([, c]) => c)];
  useEffect(() => {
    const style = getComputedStyle(place.current!);
    const axis = { stroke: style.color, grid: { stroke: style.getPropertyValue('--line'), width: 1 } };
    plot.current = new uPlot(
      {
        width: Math.min(kWidth, innerWidth - 24),
        height: kHeight,
        legend: { show: false },
        scales: { x: { time: false }, y: { distr: isPositive(costs) ? 3 : 1 } },
        axes: [
          { ...axis, label: 'iteration' },
          { ...axis, size: 70, values: (_, ticks) => ticks.map((t) => (t === null ? '' : t.toPrecision(3))) },
        ],
        series: [{ label: 'iteration' }, { label: 'cost', stroke: style.getPropertyValue('--accent'), width: 2 }],
      },
      data,
      place.current!,
    );
    return () => plot.current?.destroy();
  }, [isDark.value]);
  useEffect(() => plot.current?.setData(data), [costs]);
  return <div ref={place} class="curve-panel" />;
}

export function Cost(): JSX.Element | null {
  const costs = server.value?.costs ?? [];
  if (costs.length < 2) return null;
  const [first, last] = [costs[0]!, costs.at(-1)!];
  const bend = isPositive(costs) ? Math.log : (c: number): number => c;
  const heights = costs.map(([, c]) => bend(c));
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const points = costs.map(([i], n) => {
    const x = (100 * (i - first[0])) / Math.max(1, last[0] - first[0]);
    return `${x},${26 - (24 * (heights[n]! - low)) / Math.max(high - low, 1e-12)}`;
  });
  return (
    <details class="cost">
      <summary title="The cost curve">
        <svg viewBox="0 0 100 28" preserveAspectRatio="none" role="img" aria-label={`Cost after ${last[0]} iterations: ${last[1].toPrecision(4)}`}>
          <polyline points={points.join(' ')} />
        </svg>
        cost {last[1].toPrecision(3)}
      </summary>
      <Curve costs={costs} />
    </details>
  );
}
