// Previews that come a moment later, and going from one picture to the next by keys and fingers.

// A tile in the place of a preview is smaller than any preview.
const isTile = (image) => image.naturalWidth > 0 && image.naturalWidth < 16;

function again(image, tries = 0) {
  const look = () => {
    if (!isTile(image) || tries >= 8) return;
    tries++;
    setTimeout(() => {
      const address = new URL(image.src);
      address.searchParams.set("again", tries);
      image.removeAttribute("srcset");
      image.src = address.href;
    }, 1000 * Math.min(tries * 2, 10));
  };
  image.addEventListener("load", look);
  if (image.complete) look();
}

for (const image of document.querySelectorAll(".photos img, .viewer img")) again(image);

const viewer = document.querySelector("[data-viewer]");
if (viewer) {
  const link = (selector) => document.querySelector(`main ${selector}`);
  const steps = { ArrowLeft: link("a[rel=prev]"), ArrowRight: link("a[rel=next]"), Escape: link("a[data-close]") };
  const go = (key) => steps[key] && location.assign(steps[key].href);

  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("video, input, textarea, select")) return;
    if (steps[event.key]) {
      event.preventDefault();
      go(event.key);
    }
  });

  let start = null;
  viewer.addEventListener("touchstart", (event) => {
    start = event.touches.length === 1 && !event.target.closest("video") ? event.touches[0] : null;
  }, { passive: true });
  viewer.addEventListener("touchend", (event) => {
    if (!start) return;
    const end = event.changedTouches[0];
    const [across, down] = [end.clientX - start.clientX, end.clientY - start.clientY];
    start = null;
    if (Math.abs(across) > 50 && Math.abs(across) > 2 * Math.abs(down)) go(across > 0 ? "ArrowLeft" : "ArrowRight");
  });

  // The pages beside this one are had before they are asked for.
  addEventListener("load", () => {
    for (const key of ["ArrowRight", "ArrowLeft"]) {
      const address = steps[key]?.dataset.preview;
      if (address) new Image().src = address;
    }
  });
}
