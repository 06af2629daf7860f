// How a person likes to go through the grid, remembered on the device. Nothing of a patient.

const NAME = "entry-";

export function remembered(what, allowed) {
  try {
    const value = localStorage.getItem(NAME + what);
    return allowed.includes(value) ? value : null;
  } catch {
    return null; // storage is closed to us: the usual way it is
  }
}

export function remember(what, value) {
  try {
    localStorage.setItem(NAME + what, value);
  } catch {
    // as above
  }
}
