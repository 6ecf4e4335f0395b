// What stands on the page, by role and accessible name. Keys that are drawn on a control are no part of its name.
const ROLES = {
  button: "button:not([role]), [role=button]",
  link: "a[href]",
  radio: "[role=radio], input[type=radio]",
  checkbox: "[role=checkbox], input[type=checkbox]",
  switch: "[role=switch]",
  textbox: "input[type=text], textarea",
  spinbutton: "input[type=number]",
  slider: "[role=slider], input[type=range]",
  menuitem: "[role=menuitem]",
  combobox: "[role=combobox]",
  option: "[role=option]",
  dialog: "[role=dialog], [role=alertdialog]",
  heading: "h1, h2, h3",
};
const silent = (node) => node.getAttribute?.("aria-hidden") === "true" || node.localName === "kbd";
const text = (node) =>
  node.nodeType === Node.TEXT_NODE ? node.data : silent(node) ? "" : [...node.childNodes].map(text).join(" ");
const name = (element) => {
  const by = element.getAttribute("aria-labelledby");
  const said =
    element.getAttribute("aria-label") ??
    (by
      ? by.split(/\s+/).map((id) => text(document.getElementById(id))).join(" ")
      : element.labels?.length
        ? [...element.labels].map(text).join(" ")
        : text(element));
  return said.replace(/\u00ad/g, "").replace(/\s+/g, " ").replace(/ ,/g, ",").trim();
};
const usable = (element) =>
  !element.disabled && element.getAttribute("aria-disabled") !== "true" && !element.closest("[inert]") && element.checkVisibility();
// What an open dialog offers is meant before what the deck under it offers.
const found = (role, called) => {
  const fits = (element) => usable(element) && (called.endsWith("…") ? name(element).startsWith(called.slice(0, -1)) : name(element) === called);
  const all = [...document.querySelectorAll(ROLES[role])].filter(fits);
  return all.find((element) => element.closest(ROLES.dialog)) ?? all[0];
};
