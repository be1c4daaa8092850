// SPDX-License-Identifier: Apache-2.0

import Exposition
import Glibc
import KernelFiles

/// An event that is to be counted: the part of the kernel, the number there, and its place in the list of all events.
struct PerfEvent {
    let type: UInt32
    let config: UInt64
    let place: Int
}

/// The events of one CPU, in as few groups as the CPU can count.
struct PerfCPU: ~Copyable {
    /// Its number.
    let number: Int
    /// Why events are not counted that the kernel knows, by the first of them; nil for none.
    private(set) var failure: PerfError?

    private var groups: [Group] = []
    private var reading = PerfEventGroup.Reading()

    /// A group with what its events have counted.
    private final class Group {
        let type: UInt32
        var events: PerfEventGroup
        var places: [Int] = []
        var counts: [PerfCount] = []

        init(cpu: Int, type: UInt32) {
            self.type = type
            events = PerfEventGroup(cpu: cpu)
        }
    }

    /// Begins to count events, those that a CPU or a kernel does not know left out.
    init(_ number: Int, _ events: [PerfEvent]) {
        self.number = number
        for event in events {
            do throws(PerfError) {
                try add(event)
            } catch {
                // What the CPU, its virtual machine or the kernel does not have is no failure.
                if ![ENOENT, EOPNOTSUPP, EINVAL].contains(error.errno) { failure = failure ?? error }
                // Nothing else will go better.
                if error.isPermission || error.errno == EMFILE { return }
            }
        }
    }

    /// The number of events that are counted.
    var count: Int { groups.reduce(0) { $0 + $1.places.count } }

    private mutating func add(_ event: PerfEvent) throws(PerfError) {
        // Those of the kernel count all the time, and must not take turns with those of the CPU.
        if let last = groups.last, last.type == event.type {
            do throws(PerfError) {
                try add(event, to: last)
                return
            } catch {
                // More than the CPU can count at once: a new group may take it.
                guard error.errno == EINVAL || error.errno == ENOSPC else { throw error }
            }
        }
        let group = Group(cpu: number, type: event.type)
        try add(event, to: group)
        groups.append(group)
    }

    private func add(_ event: PerfEvent, to group: Group) throws(PerfError) {
        try group.events.add(type: event.type, config: event.config)
        group.places.append(event.place)
        group.counts.append(PerfCount())
    }

    /// Reads all groups and hands out what each event has counted, by its place.
    mutating func read(_ take: (Int, UInt64) -> Void) throws(PerfError) {
        var failure: PerfError?
        for group in groups {
            do throws(PerfError) {
                try group.events.read(into: &reading)
            } catch {
                failure = error
                continue
            }
            for (at, place) in group.places.enumerated() {
                group.counts[at].add(reading.counts[at], in: reading)
                if let value = group.counts[at].value { take(place, value) }
            }
        }
        if let failure { throw failure }
    }
}
