// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The backends in /proc/net/ip_vs, those with equal labels added up.
///
/// What is known of each is kept from scrape to scrape: they come in the same order nearly always, and then no text of
/// an address is made anew.
struct IPVSBackends {
    /// The labels that a backend may have, in the order of the page.
    enum Label: String, CaseIterable {
        case localAddress = "local_address"
        case localMark = "local_mark"
        case localPort = "local_port"
        case proto
        case remoteAddress = "remote_address"
        case remotePort = "remote_port"
    }

    /// The figures of the backends of equal labels.
    struct Sum {
        let labels: KeptLabels
        var active: UInt64 = 0
        var inactive: UInt64 = 0
        var weight: UInt64 = 0
        /// The scrape that it is of; it is gone where that is over.
        var scrape: UInt64 = 0
    }

    /// The line of a virtual service, and that of a backend behind it, and where its sum is.
    private struct Backend {
        let service: [UInt8]
        let address: [UInt8]
        let sum: Int
    }

    private let labels: [Label]
    private var backends: [Backend] = []
    /// In the order in which they first came.
    private(set) var sums: [Sum] = []
    private var places: [[UInt8]: Int] = [:]

    init(labels: [Label]) { self.labels = labels }

    /// Forgets everything where much of it is of backends that are gone.
    mutating func tidy(after scrape: UInt64) {
        let live = sums.count { $0.scrape == scrape }
        guard sums.count > 2 * live + 64 else { return }
        backends = []
        sums = []
        places = [:]
    }

    /// Adds the backend at a position, counted from 0 in each scrape; false where its addresses are none.
    mutating func add(
        service: Bytes, address: Bytes, at position: Int, scrape: UInt64,
        figures: (weight: UInt64, active: UInt64, inactive: UInt64)
    ) -> Bool {
        if position >= backends.count || service != backends[position].service
            || address != backends[position].address
        {
            guard let sum = place(service, address) else { return false }
            // What comes behind has moved as well, most likely.
            backends.removeLast(max(0, backends.count - position))
            backends.append(Backend(service: service.array, address: address.array, sum: sum))
        }
        let index = backends[position].sum
        if sums[index].scrape != scrape {
            sums[index].scrape = scrape
            (sums[index].active, sums[index].inactive, sums[index].weight) = (0, 0, 0)
        }
        sums[index].active &+= figures.active
        sums[index].inactive &+= figures.inactive
        sums[index].weight &+= figures.weight
        return true
    }

    /// The index of the sum of a backend, made where there is none; nil where its addresses are none.
    private mutating func place(_ service: Bytes, _ address: Bytes) -> Int? {
        var words = ByteScanner(service)
        guard let proto = words.nextField(), let local = words.nextField(),
            let remote = IPVSAddress(address), let virtual = IPVSAddress.ofService(proto, local)
        else { return nil }
        var key: [UInt8] = []
        let kept = KeptLabels { text in
            for label in labels {
                let value =
                    switch label {
                    case .localAddress: virtual.address
                    case .localMark: virtual.mark
                    case .localPort: virtual.port
                    case .proto: proto.text
                    case .remoteAddress: remote.address
                    case .remotePort: remote.port
                    }
                key.append(contentsOf: value.utf8)
                key.append(0)
                text.add(label, value)
            }
        }
        if let known = places[key] { return known }
        sums.append(Sum(labels: kept))
        places[key] = sums.count - 1
        return sums.count - 1
    }
}

extension LabelText {
    fileprivate mutating func add(_ label: IPVSBackends.Label, _ value: String) {
        switch label {
        case .localAddress: add("local_address", value)
        case .localMark: add("local_mark", value)
        case .localPort: add("local_port", value)
        case .proto: add("proto", value)
        case .remoteAddress: add("remote_address", value)
        case .remotePort: add("remote_port", value)
        }
    }
}
