"use strict";
(() => {
  const dark = JSON.parse(document.getElementById("dark").textContent);
  const figures = [...document.querySelectorAll("script[data-chart]")].map((script) => ({
    container: document.getElementById(script.dataset.chart),
    json: script.textContent,
  }));
  const darkScheme = matchMedia("(prefers-color-scheme: dark)");
  const paperWidth = 680; // pixels between the margins of A4 and of Letter paper
  let printing = false;

  // Replace each colour of the palette by its dark counterpart; leave all other values unchanged.
  const recolour = (value, isColour) => {
    if (Array.isArray(value)) return value.map((item) => recolour(item, isColour));
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, recolour(item, /color$|^colorway$/.test(key))]),
      );
    }
    return isColour && typeof value === "string" && Object.hasOwn(dark, value) ? dark[value] : value;
  };

  // Remove the title, because the heading above the chart replaces it, and use small labels on a narrow screen.
  const fitLayout = (layout, width) => {
    const fitted = { ...layout, title: undefined, autosize: true };
    fitted.margin = { ...layout.margin, t: Math.max(((layout.margin || {}).t || 44) - 30, 14) };
    fitted.height = (layout.height || 360) - 30;
    const style = getComputedStyle(document.body);
    fitted.hoverlabel = {
      bgcolor: style.getPropertyValue("--raised"),
      bordercolor: style.getPropertyValue("--line"),
      font: { color: style.getPropertyValue("--ink") },
    };
    if (width < 480) {
      for (const axis of Object.keys(fitted).filter((key) => /^[xy]axis\d*$/.test(key))) {
        const ticks = fitted[axis].nticks ? { nticks: Math.min(fitted[axis].nticks, 5) } : {};
        fitted[axis] = { ...fitted[axis], ...ticks, tickfont: { size: 10 } };
      }
    }
    return fitted;
  };

  // Set a view box, so that CSS can scale the chart to a page of paper.
  const makeScalable = (container) => {
    for (const svg of container.querySelectorAll("svg.main-svg")) {
      const [width, height] = [svg.getAttribute("width"), svg.getAttribute("height")];
      if (!width || !height) continue;
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      container.style.setProperty("--ratio", width / height);
    }
  };

  const draw = async ({ container, json }) => {
    const figure = JSON.parse(json);
    const { data, layout } = darkScheme.matches && !printing ? recolour(figure, false) : figure;
    const fitted = fitLayout(layout, printing ? paperWidth : container.clientWidth);
    if (printing) fitted.width = paperWidth;
    container.style.height = `${fitted.height}px`;
    // Draw the chart anew each time: Plotly animates updates, and printing would capture an unfinished one.
    await Plotly.newPlot(container, data, fitted, { responsive: true, displayModeBar: false, doubleClick: false });
    makeScalable(container);
    container.on("plotly_afterplot", () => makeScalable(container));
  };
  const drawAll = () => Promise.all(figures.map(draw));

  addEventListener("beforeprint", () => {
    printing = true;
    drawAll();
  });
  addEventListener("afterprint", () => {
    printing = false;
    drawAll();
  });
  darkScheme.addEventListener("change", drawAll);

  drawAll().then(() => {
    document.documentElement.dataset.drawn = figures.length;
  });
})();
