// The page's pictures: strokes on a field of 24, in the colour of the text.

const PATHS = {
  home: "M4 11.5 12 4.5l8 7M6 10v9.5h4.5V14h3v5.5H18V10",
  speak: "M4 10v4M8 6.5v11M12 3.5v17M16 7.5v9M20 10.5v3",
  jobs: "M4 6.5h16M4 12h16M4 17.5h10",
  voices: "M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  profiles: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  models: "M12 3.5 20 8v8l-8 4.5L4 16V8ZM4 8l8 4.5L20 8M12 12.5v8",
  datasets: "M5 7c0-1.7 3.1-3 7-3s7 1.3 7 3-3.1 3-7 3-7-1.3-7-3ZM5 7v10c0 1.7 3.1 3 7 3s7-1.3 7-3V7M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3",
  training: "M4 19.5h16M4 19.5v-15M7.5 8c2 7 6 8 12 8",
  checkpoints: "M6.5 20V4.5h11V20L12 16Z",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  admin: "M12 3.5 19 6v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6ZM9 12l2.2 2.2L15.5 10",
  play: "M8 5v14l11-7Z",
  pause: "M7 5h4v14H7zM14 5h4v14h-4z",
  stop: "M6.5 6.5h11v11h-11z",
  close: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  copy: "M9 9h10v11H9ZM5 15V4h10",
  check: "M5 12.5 10 17.5 19.5 7",
  warning: "M12 4 21 19.5H3ZM12 10v4M12 16.8v.2",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 11v5M12 8v.2",
  download: "M12 4v11m0 0-5-5m5 5 5-5M4 19.5h16",
  upload: "M12 16V4m0 0L7 9m5-5 5 5M4 19.5h16",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10 11v5M14 11v5",
  edit: "M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5Z",
  mix: "M4 7h4c5 0 4 10 9 10h3M4 17h4c2 0 3-1.5 3.7-3M13.5 9C14.2 7.8 15.2 7 17 7h3M17.5 4.5 20 7l-2.5 2.5M17.5 14.5 20 17l-2.5 2.5",
  search: "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM16 16l4 4",
  refresh: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5v4h-4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  out: "M10 4.5H5v15h5M14 8l4 4-4 4M18 12H9.5",
  key: "M8 8.5a4 4 0 1 0 0 7 4 4 0 0 0 3.5-2H20v3M16.5 13.5v2.5M11.5 10.5H20v3",
};
const FILLED = ["play", "pause", "stop"];
const SPACE = "http://www.w3.org/2000/svg";

/** A picture by its name; decoration: what it stands for is said by the text, or by the label of its button. */
export function icon(name, size = 20) {
  const picture = document.createElementNS(SPACE, "svg");
  const facts = { viewBox: "0 0 24 24", width: size, height: size, class: `icon icon-${name}${FILLED.includes(name) ? " filled" : ""}`, "aria-hidden": "true" };
  for (const [key, value] of Object.entries(facts)) picture.setAttribute(key, value);
  const line = document.createElementNS(SPACE, "path");
  line.setAttribute("d", PATHS[name]);
  picture.append(line);
  return picture;
}

/** A round button that is a picture alone; `label` says what it does. */
export function iconButton(name, label, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "icon-button", ariaLabel: label, title: label });
  button.append(icon(name));
  if (act) button.addEventListener("click", act);
  return button;
}
