// What the function node runs for each message: the checks of contestant_usual.py, the same two rules with a memory, and
// one point in the form that "influx batch" takes. 5,000 points or a second make a batch; `context` is the node's own.
const [device, kind] = msg.topic.startsWith("zigbee2mqtt/")
    ? [msg.topic.slice(12), msg.topic[12]]
    : [msg.topic.split("/")[2], "q"];
const said = msg.payload;

const within = (name, least, most) => {
    const value = said[name];
    if (typeof value !== "number" || !(value >= least && value <= most)) { throw new Error(`${device}: ${name} is ${value}`); }
    return value;
};
const oneOf = (name, words) => {
    if (!words.includes(said[name])) { throw new Error(`${device}: ${name} is ${said[name]}`); }
    return said[name];
};
const text = (name) => {
    if (typeof said[name] !== "string") { throw new Error(`${device}: ${name} is ${said[name]}`); }
    return said[name];
};
const whole = (name) => {
    if (!Number.isInteger(said[name]) || said[name] < 0) { throw new Error(`${device}: ${name} is ${said[name]}`); }
    return `${said[name]}i`;
};
const judge = (rule, isWrong) => {
    const broken = context.get("broken");
    if (isWrong) { broken.add(`${rule} ${device}`); } else { broken.delete(`${rule} ${device}`); }
};

const point = { measurement: "", tags: { site: "bench", device, zone: "open" }, fields: {}, timestamp: Date.now() };
if (kind === "t") {
    const mode = oneOf("system_mode", ["off", "cool", "heat", "auto", "dry", "fan_only"]);
    const setpoint = within("occupied_cooling_setpoint", 4, 40);
    point.measurement = "climate";
    point.tags.family = "zigbee2mqtt";
    point.fields = {
        mode,
        action: text("running_state"),
        cooling_setpoint_celsius: setpoint,
        room_celsius: within("local_temperature", -20, 60),
    };
    judge("@SETPOINTS@", mode === "cool" && setpoint < @LIMIT_CELSIUS@);
} else if (kind === "p") {
    const isOn = oneOf("state", ["ON", "OFF"]) === "ON";
    const isShut = Number(device.slice(1)) % 4 === 0;
    point.measurement = "power";
    point.tags.zone = isShut ? "shut" : "open";
    point.tags.family = "zigbee2mqtt";
    point.tags.load = "other";
    point.fields = { is_on: isOn, watts: within("power", 0, Infinity), energy_kwh_total: within("energy", 0, Infinity) };
    judge("@LEFT_ON@", isShut && isOn);
} else {
    text("job");
    text("state");
    if (typeof said.colour !== "boolean") { throw new Error(`${device}: colour is ${said.colour}`); }
    point.measurement = "print_job";
    point.tags.printer = device;
    point.fields = {
        sheets: whole("impressions"),
        impressions: whole("impressions"),
        copies: whole("copies"),
        two_sided: text("sides") === "one-sided" ? "no" : "yes",
        colour: said.colour,
    };
}

const batch = context.get("batch");
batch.push(point);
if (batch.length >= @BATCH@) {
    context.set("batch", []);
    return { payload: batch };
}
return null;
