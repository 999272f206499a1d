/// The share of part `part` of `parts` of `count` items, cut at multiples of `unit`; empty where there is nothing left.
func share(of count: Int, part: Int, parts: Int, unit: Int) -> Range<Int> {
  let units = (count + unit - 1) / unit
  let first = units * part / parts * unit
  let end = units * (part + 1) / parts * unit
  return min(first, count)..<min(end, count)
}

/// Tokens at whose multiples a product that is split by tokens is cut; with fewer for each thread it is split by rows.
let tokenUnit = 8
