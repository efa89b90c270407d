/**
 * A number left its range or was divided by zero, or coins are no set, where the SDK panics. The
 * transaction fails; the node goes on.
 */
export class NumberFault extends Error {
  override readonly name = "NumberFault";
}
