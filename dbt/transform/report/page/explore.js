"use strict";
// Lets a pointer explore the charts that carry a specification: Vega draws them again in the place of the drawing that
// is there without it. Expressions are interpreted (`ast`), as the page's policy forbids making code from text.
(function () {
  const phone = window.matchMedia("screen and (max-width: 48rem)");

  function redraw(holder) {
    if (holder.dataset.drawn) return;
    holder.dataset.drawn = "under way";
    const specification = JSON.parse(document.getElementById(holder.dataset.spec).textContent);
    const stage = document.createElement("div");
    const options = {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, hover: false,
      tooltip: { disableDefaultStyle: true, theme: "page" },
    };
    window.vegaEmbed(stage, specification, options).then(
      function () { holder.replaceChildren(stage); holder.dataset.drawn = "vega"; },
      function (error) { holder.dataset.drawn = "failed"; console.error(error); }
    );
  }

  function redrawVisible() {
    const width = phone.matches ? "narrow" : "wide";
    document.querySelectorAll(".drawing." + width + "[data-spec]").forEach(redraw);
  }

  phone.addEventListener("change", redrawVisible);
  redrawVisible();

  // A link to a definition opens the list that it is in.
  function open() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const list = target && target.closest("details");
    if (list && !list.open) { list.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", open);
  open();
})();
