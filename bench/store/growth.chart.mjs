/** The cost of each query against the size of the store, both axes logarithmic, as an SVG. */
import { writeFile } from "node:fs/promises";
import { init } from "echarts";

const SIZE = { width: 1100, height: 640 };

export async function drawGrowth(sizes, costs, path) {
  const chart = init(null, null, { renderer: "svg", ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: { text: "Milliseconds a request, by rows in the store", left: 20, top: 12 },
    legend: { orient: "vertical", left: 700, top: "middle" },
    grid: { left: 70, right: 430, top: 60, bottom: 60 },
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
    series: Object.entries(costs).map(([name, cells]) => ({
      name,
      type: "line",
      data: cells.map(({ p50 }, index) => [sizes[index], Number(p50.toFixed(3))]),
    })),
  });
  await writeFile(path, chart.renderToSVGString());
  chart.dispose();
}
