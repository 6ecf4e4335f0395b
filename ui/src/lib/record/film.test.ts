import { describe, expect, it } from "vitest";
import { Film } from "./film";

function shot(film: Film<number>, seconds: number, each = 0.1): void {
  for (let at = 0; at <= seconds + 1e-9; at += each) if (film.wants(at)) film.put(at, Math.round(at * 10));
}

describe("stills of an episode", () => {
  it("begin at once and keep their distance", () => {
    const film = new Film<number>(16, 0.5);
    shot(film, 2);
    expect(film.stills.map((still) => still.picture)).toEqual([0, 5, 10, 15, 20]);
  });

  it("stay few and even, however long it gets, and what goes is handed back", () => {
    const dropped: number[] = [];
    const film = new Film<number>(8, 0.5, (picture) => dropped.push(picture));
    shot(film, 60);
    expect(film.stills.length).toBeLessThanOrEqual(8);
    expect(film.stills.length).toBeGreaterThan(3);
    const gaps = film.stills.slice(1).map((still, at) => still.at - (film.stills[at]?.at ?? 0));
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThan(0.2);
    expect(new Set([...dropped, ...film.stills.map((still) => still.picture)]).size).toBe(dropped.length + film.stills.length);
  });

  it("give a strip with the first and the last", () => {
    const film = new Film<number>(16, 0.5);
    shot(film, 7);
    const strip = film.strip(5);
    expect(strip).toHaveLength(5);
    expect(strip[0]?.picture).toBe(0);
    expect(strip[4]?.picture).toBe(70);
    expect(film.strip(99)).toHaveLength(15);
  });

  it("are handed over once, and the next episode begins anew", () => {
    const film = new Film<number>(4, 0.5);
    shot(film, 10);
    expect(film.take().length).toBeGreaterThan(0);
    expect(film.stills).toHaveLength(0);
    shot(film, 1);
    expect(film.stills.map((still) => still.picture)).toEqual([0, 5, 10]);
  });
});
