/** The cost of each query against the size of the store, both axes logarithmic, as an SVG. */
import { writeFile } from "node:fs/promises";
import { init } from "echarts";

const SIZE = { width: 1100, height: 640 };
/** No two lines look alike: each colour is there once for each of the marks. */
const COLOURS = ["#4e79a7", "#f28e2b", "#e15759", "#59a14f", "#9c5fb5"];
const MARKS = [
  { symbol: "circle", dash: "solid" },
  { symbol: "rect", dash: "dashed" },
  { symbol: "triangle", dash: "dotted" },
];

export async function drawGrowth(sizes, costs, path) {
  const dearestFirst = Object.entries(costs).sort(([, a], [, b]) => b.at(-1).p50 - a.at(-1).p50);
  const chart = init(null, null, { renderer: "svg", ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: { text: "Milliseconds a request, by rows in the store", left: 20, top: 12 },
    legend: { orient: "vertical", left: 700, top: "middle", itemWidth: 45, data: dearestFirst.map(([name]) => name) },
    grid: { left: 80, right: 430, top: 80, bottom: 60 },
    xAxis: {
      type: "log",
      name: "rows",
      nameLocation: "middle",
      nameGap: 32,
      min: sizes[0],
      max: sizes.at(-1),
      axisLabel: { formatter: (rows) => rows.toLocaleString("en") },
    },
    yAxis: { type: "log", name: "ms", axisLabel: { formatter: (ms) => String(ms) } },
    series: dearestFirst.map(([name, cells], index) => ({
      name,
      type: "line",
      color: COLOURS[index % COLOURS.length],
      symbol: MARKS[Math.floor(index / COLOURS.length)].symbol,
      symbolSize: 7,
      lineStyle: { type: MARKS[Math.floor(index / COLOURS.length)].dash },
      data: cells.map(({ p50 }, size) => [sizes[size], Number(p50.toFixed(3))]),
    })),
  });
  await writeFile(path, chart.renderToSVGString());
  chart.dispose();
}
