/** Node-RED's own MQTT nodes; they ship no typings. */
declare module "@node-red/nodes/core/network/10-mqtt" {
  import type { NodeInitializer } from "node-red";

  const mqtt: NodeInitializer;
  export = mqtt;
}
