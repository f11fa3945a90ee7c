import LynkCore

/// Every order of the elements.
func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard let first = elements.first else { return [[]] }
    return permutations(Array(elements.dropFirst())).flatMap { rest in
        (0...rest.count).map { place in
            var order = rest
            order.insert(first, at: place)
            return order
        }
    }
}

/// Every way to pick `count` elements one after another, repeats included.
func choices<Element>(_ elements: [Element], _ count: Int) -> [[Element]] {
    guard count > 0 else { return [[]] }
    return choices(elements, count - 1).flatMap { start in elements.map { start + [$0] } }
}
