// @ts-check
/** Prints the build folder's name of the variant that the environment asks for. */
import process from "node:process";
import { readVariant } from "../variant.js";

console.log(readVariant(process.env).folder);
