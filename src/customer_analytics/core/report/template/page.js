"use strict";
(() => {
  const dark = JSON.parse(document.getElementById("dark").textContent);
  const figures = [...document.querySelectorAll("script[data-chart]")].map((script) => ({
    place: document.getElementById(script.dataset.chart),
    text: script.textContent,
  }));
  const onDark = matchMedia("(prefers-color-scheme: dark)");
  const paperWidth = 680; // pixels of A4 and of Letter between their margins
  let printing = false;

  // Every colour of the figures' palette as its twin on a dark ground; nothing but colours is touched.
  const recoloured = (value, isColour) => {
    if (Array.isArray(value)) return value.map((one) => recoloured(one, isColour));
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, recoloured(one, /color$|^colorway$/.test(key))]),
      );
    }
    return isColour && typeof value === "string" && Object.hasOwn(dark, value) ? dark[value] : value;
  };

  // The caption says what the title would, and a narrow screen has no room for large labels.
  const laidOut = (layout, width) => {
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

  // A drawing that knows its own size can be scaled to a page of paper.
  const scalable = (place) => {
    for (const svg of place.querySelectorAll("svg.main-svg")) {
      const [width, height] = [svg.getAttribute("width"), svg.getAttribute("height")];
      if (!width || !height) continue;
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      place.style.setProperty("--ratio", width / height);
    }
  };

  const draw = async ({ place, text }) => {
    const figure = JSON.parse(text);
    const shown = onDark.matches && !printing ? recoloured(figure, false) : figure;
    const layout = laidOut(shown.layout, printing ? paperWidth : place.clientWidth);
    if (printing) layout.width = paperWidth;
    place.style.height = `${layout.height}px`;
    // Drawn anew, not changed: a change is animated, and paper would catch it half done.
    await Plotly.newPlot(place, shown.data, layout, { responsive: true, displayModeBar: false, doubleClick: false });
    scalable(place);
    place.on("plotly_afterplot", () => scalable(place));
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
  onDark.addEventListener("change", drawAll);

  drawAll().then(() => {
    document.documentElement.dataset.drawn = figures.length;
  });
})();
