/** Relay's Node: anything that can be fetched again by its id. */
import { Field, ID, InterfaceType } from "type-graphql";

@InterfaceType("Node", {
  description: "An object with an id by which it can be fetched again.",
})
export abstract class NodeType {
  @Field(() => ID, { description: "Opaque; the same for as long as the object exists." })
  id!: string;
}
