// The remote control: arrows move the focus to what lies there, OK opens it as every link is opened, Back goes up. For engines that know nothing newer than ES5.
(function () {
  "use strict";

  // Back is another key on every make: Samsung, LG, HbbTV, Android, keyboards.
  var BACK = [8, 27, 166, 461, 10009];
  var LEFT = 37, UP = 38, RIGHT = 39, DOWN = 40, OK = 13;
  var PLAY = 415, PAUSE = 19, PLAYPAUSE = [179, 10252], STOP = 413, FORWARD = 417, REWIND = 412, NEXT = [176, 425], PREVIOUS = [177, 424];
  var SKIP = 10;

  function all() {
    return Array.prototype.slice.call(document.querySelectorAll("a[href], button, .full"));
  }

  function follow(selector) {
    var link = document.querySelector(selector);
    if (link) link.click();
    return !!link;
  }

  function focus(element) {
    if (!element) return;
    if (/\bfull\b/.test(element.className)) element.tabIndex = 0;
    element.focus();
    if (element.scrollIntoView) {
      var box = element.getBoundingClientRect();
      if (box.top < 0 || box.bottom > window.innerHeight) element.scrollIntoView(box.top < 0);
    }
  }

  // What lies next in a direction: the nearest whose middle is there, what is in the same line before what is not.
  function beside(from, key) {
    var box = from.getBoundingClientRect();
    var x = box.left + box.width / 2, y = box.top + box.height / 2;
    var best = null, least = Infinity;
    all().forEach(function (one) {
      if (one === from) return;
      var other = one.getBoundingClientRect();
      var dx = other.left + other.width / 2 - x, dy = other.top + other.height / 2 - y;
      var ahead = key === LEFT ? -dx : key === RIGHT ? dx : key === UP ? -dy : dy;
      var aside = key === LEFT || key === RIGHT ? Math.abs(dy) : Math.abs(dx);
      var isBesides = key === LEFT || key === RIGHT
        ? other.bottom > box.top && other.top < box.bottom
        : other.top >= box.bottom - 4 || other.bottom <= box.top + 4;
      if (ahead <= 4 || !isBesides) return;
      var distance = ahead + aside * (key === LEFT || key === RIGHT ? 1 : 2);
      if (distance < least) {
        least = distance;
        best = one;
      }
    });
    return best;
  }

  function has(list, key) {
    return list.indexOf(key) >= 0;
  }

  function play(video, on) {
    var done = on ? video.play() : video.pause();
    if (done && done.catch) done.catch(function () {});
  }

  function media(video, key) {
    if (key === PLAY || (has(PLAYPAUSE, key) && video.paused)) play(video, true);
    else if (key === PAUSE || has(PLAYPAUSE, key)) play(video, false);
    else if (key === STOP) return follow('a[rel="up"]');
    else if (key === FORWARD) video.currentTime += 3 * SKIP;
    else if (key === REWIND) video.currentTime -= 3 * SKIP;
    else if (document.activeElement !== video) return false;
    else if (key === OK) play(video, video.paused);
    else if (key === RIGHT) video.currentTime += SKIP;
    else if (key === LEFT) video.currentTime -= SKIP;
    else return false;
    return true;
  }

  function press(key) {
    var full = document.querySelector(".full");
    var active = document.activeElement;
    if (full && full.tagName === "VIDEO" && media(full, key)) return true;
    if (has(NEXT, key)) return follow('a[rel="next"]');
    if (has(PREVIOUS, key)) return follow('a[rel="prev"]');
    // At the top the set itself goes back, out of these pages.
    if (has(BACK, key)) return follow('a[rel="up"]');
    if (key < LEFT || key > DOWN) return false;
    if (!active || active === document.body) focus(full || all()[0]);
    // A picture is turned over; what can be done with it is below it.
    else if (active === full && key === LEFT) follow('a[rel="prev"]');
    else if (active === full && key === RIGHT) follow('a[rel="next"]');
    else if (active === full) focus(key === DOWN ? document.querySelector(".bar a") : full);
    else if (full && key === UP) focus(full);
    else focus(beside(active, key));
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (press(event.keyCode)) event.preventDefault();
  });

  // ---- Pages

  var first = document.querySelector("[data-first]") || document.querySelector(".tile") || all()[0];
  var last = null;
  try {
    // Where it was when the page is come back to.
    last = sessionStorage.getItem("focus " + location.pathname + location.search);
  } catch (error) {
    last = null;
  }
  var links = all();
  for (var i = 0; last && i < links.length; i++) if (links[i].getAttribute("href") === last) first = links[i];
  focus(first);
  document.addEventListener("focusin", function (event) {
    try {
      var href = event.target.getAttribute && event.target.getAttribute("href");
      if (href) sessionStorage.setItem("focus " + location.pathname + location.search, href);
    } catch (error) {
      // A set that keeps nothing begins at the first.
    }
  });

  // A preview that is not made yet is asked for again.
  function again(image, tries) {
    image.onload = function () {
      if (/\bpicture\b/.test(image.parentNode.className)) image.parentNode.className += " shown";
      image.onload = image.onerror = null;
    };
    image.onerror = function () {
      if (tries >= 8) return;
      tries++;
      setTimeout(function () {
        var address = image.src.replace(/[?&]again=\d+$/, "");
        image.src = address + (address.indexOf("?") < 0 ? "?" : "&") + "again=" + tries;
      }, 1000 * Math.min(tries * 2, 10));
    };
    if (image.complete) (image.naturalWidth > 0 ? image.onload : image.onerror)();
  }
  Array.prototype.forEach.call(document.querySelectorAll(".picture img, img.full"), function (image) {
    again(image, 0);
  });

  // A slideshow goes on after a while, or when its film has ended.
  var shown = document.querySelector(".full");
  if (shown && /\bslides\b/.test(document.body.className)) {
    var on = function () {
      follow('a[rel="next"]');
    };
    if (shown.tagName === "VIDEO") shown.addEventListener("ended", on);
    else setTimeout(on, 1000 * Number(shown.getAttribute("data-seconds")));
  }

  var pairing = document.querySelector("[data-poll]");
  if (pairing) {
    var ask = function (seconds) {
      setTimeout(function () {
        var request = new XMLHttpRequest();
        request.open("GET", pairing.getAttribute("data-poll"));
        request.setRequestHeader("X-Requested-With", "tv.js");
        request.onloadend = function () {
          // Anything but "not yet" is a page to be shown, or no connection, and then it is asked again.
          if (request.status === 204 || request.status === 0 || request.status >= 500) ask(Number(request.getResponseHeader("Retry-After")) || seconds);
          else location.replace(pairing.getAttribute("data-poll"));
        };
        request.send();
      }, seconds * 1000);
    };
    ask(Number(pairing.getAttribute("data-seconds")));
  }
})();
