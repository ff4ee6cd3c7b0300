/** Relay's Node: an object that can be fetched by its id. */
import { Field, ID, InterfaceType } from "type-graphql";

@InterfaceType("Node", {
  description: "An object that can be fetched by its id.",
})
export abstract class NodeType {
  @Field(() => ID, { description: "Opaque; it never changes." })
  id!: string;
}
