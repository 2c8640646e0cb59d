// What the charts of the pages are made of; all of ECharts is nearly twice as much to fetch and to parse.
import { init, use } from 'echarts/core';
import { BarChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, LegendScrollComponent, MarkLineComponent, ParallelComponent, TooltipComponent, VisualMapContinuousComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

use([
  BarChart, LineChart, ParallelChart, ScatterChart, GridComponent, LegendComponent, LegendScrollComponent, MarkLineComponent, ParallelComponent, TooltipComponent,
  VisualMapContinuousComponent, CanvasRenderer,
]);
export { init };
