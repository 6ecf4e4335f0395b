// From where the arm is seen: two angles and a distance, turned by dragging, by buttons and by keys.

export interface View {
  /** Degrees about the upright axis; 0 looks along the arm from behind. */
  around: number;
  /** Degrees above the table. */
  above: number;
  /** Metres. */
  distance: number;
}

export const USUAL_VIEW: View = { around: 128, above: 22, distance: 0.9 };

const DEGREES_A_PIXEL = 0.4;
const ABOVE: [number, number] = [-5, 88];
const DISTANCE: [number, number] = [0.4, 2.5];

const within = (value: number, [least, most]: [number, number]) => Math.max(least, Math.min(most, value));

export function dragged(view: View, across: number, down: number): View {
  return turned(view, -across * DEGREES_A_PIXEL, down * DEGREES_A_PIXEL);
}

export function turned(view: View, around: number, above = 0): View {
  return {
    ...view,
    around: (((view.around + around) % 360) + 360) % 360,
    above: within(view.above + above, ABOVE),
  };
}

export function nearer(view: View, factor: number): View {
  return { ...view, distance: within(view.distance * factor, DISTANCE) };
}

/** From the looked-at point to the eye. */
export function eye({ around, above, distance }: View): [number, number, number] {
  const turn = ((around + 180) * Math.PI) / 180;
  const rise = (above * Math.PI) / 180;
  const flat = distance * Math.cos(rise);
  return [flat * Math.cos(turn), flat * Math.sin(turn), distance * Math.sin(rise)];
}
