import assert from "node:assert/strict";

import { CircuitBreaker } from "../../lib/lmm/client/circuit-breaker";

describe("circuit breaker", () => {
  let now = 0;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    now = 0;
    breaker = new CircuitBreaker({ threshold: 3, pauseMs: 100, maxPauseMs: 300 }, () => now);
  });

  function open(): void {
    for (let failure = 0; failure < 3; failure += 1) breaker.fail();
  }

  it("opens after so many failures in a row, and a success starts the count anew", () => {
    breaker.fail();
    breaker.fail();
    breaker.succeed();
    breaker.fail();
    breaker.fail();
    assert.equal(breaker.state, "closed");
    breaker.fail();
    assert.equal(breaker.state, "open");
    assert.equal(breaker.waitMs, 100);
    assert.equal(breaker.tryEnter(), false);
  });

  it("lets one probe pass after the pause, and none beside it", () => {
    open();
    now = 100;
    assert.equal(breaker.state, "half-open");
    assert.equal(breaker.tryEnter(), true);
    assert.equal(breaker.tryEnter(), false);
  });

  it("closes by a good probe and waits twice as long after a bad one, up to the bound", () => {
    open();
    for (const pause of [200, 300, 300]) {
      now += breaker.waitMs;
      assert.equal(breaker.tryEnter(), true);
      breaker.fail();
      assert.equal(breaker.waitMs, pause);
    }
    now += breaker.waitMs;
    assert.equal(breaker.tryEnter(), true);
    breaker.succeed();
    assert.equal(breaker.state, "closed");
    open();
    assert.equal(breaker.waitMs, 100);
  });

  it("hands the probe on when its caller goes away", () => {
    open();
    now = 100;
    assert.equal(breaker.tryEnter(), true);
    breaker.abandon();
    assert.equal(breaker.tryEnter(), true);
  });

  it("does not wait longer for calls that were under way when it opened", () => {
    open();
    now = 50;
    breaker.fail();
    assert.equal(breaker.waitMs, 50);
  });
});
