import { describe, expect, it } from "vitest";

import { defaultDebugList } from "./debug-filter.js";
import { readGstOptions } from "./gst-options.js";

describe("GStreamer's options", () => {
  it("are Kurento's recommendation, coloured on terminals, when nothing is said", () => {
    expect(readGstOptions([], {})).toEqual({ list: defaultDebugList, color: "auto" });
    expect(readGstOptions([], { GST_DEBUG: "" }).list).toBe(defaultDebugList);
  });

  it("add to the variable, in both ways of writing them", () => {
    const env = { GST_DEBUG: "3" };
    expect(readGstOptions(["--gst-debug=a:5,b:6"], env).list).toBe("3,a:5,b:6");
    expect(readGstOptions(["-f", "x", "--gst-debug", "a:5"], env).list).toBe("3,a:5");
    expect(readGstOptions(["--gst-debug-level=4", "--gst-debug=a:5"], {}).list).toBe("4,a:5");
  });

  it("leave out what is no level, and an option without its value", () => {
    expect(readGstOptions(["--gst-debug-level=much"], { GST_DEBUG: "3" }).list).toBe("3");
    expect(readGstOptions(["--gst-debug"], { GST_DEBUG: "3" }).list).toBe("3");
  });

  it("turn colours off and on", () => {
    expect(readGstOptions([], { GST_DEBUG_NO_COLOR: "1" }).color).toBe("off");
    expect(readGstOptions(["--gst-debug-no-color"], {}).color).toBe("off");
    expect(readGstOptions([], { GST_DEBUG_COLOR_MODE: "disable" }).color).toBe("off");
    expect(readGstOptions(["--gst-debug-color-mode=on"], { GST_DEBUG_NO_COLOR: "1" }).color).toBe(
      "on",
    );
    expect(readGstOptions(["--gst-debug-color-mode=auto"], {}).color).toBe("auto");
  });

  it("turn logging off", () => {
    expect(readGstOptions(["--gst-debug-disable"], {}).list).toBe("0");
  });
});
