// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Exposition

/// Mistakes that a collector can make with its writer: none of them reaches the page, and each is named.
///
/// The one that does not compile is in `ForeignKeyTests`.
@Suite struct MistakesTests {
    private enum Metric: Int, FamilyKey {
        case plain, labelled, optional

        var family: MetricFamily {
            switch self {
            case .plain: .gauge("plain", [], "A gauge without labels.")
            case .labelled: .gauge("gpu_temp", ["gpu", "sensor"], "A gauge with two labels.")
            case .optional: .gauge("optional", ["device", "alias?"], "A gauge with a label that need not be there.")
            }
        }
    }

    private static func page<Key>(_ writer: borrowing MetricWriter<Key>) -> String {
        var composer = PageComposer()
        composer.add(writer)
        return String(decoding: composer.page(.text), as: UTF8.self)
    }

    @Test("labels that are kept over a reset put nothing on the page, and the mistake is named")
    func keptLabels() {
        var writer = MetricWriter<Metric>()
        let kept = writer.labels {
            $0.add("gpu", "84")
            $0.add("sensor", "fill")
        }
        writer.write(.labelled, kept, 1)
        #expect(writer.fault == nil)
        writer.reset()
        _ = writer.labels { $0.add("gpu", "somebody else's bytes, which are longer than those before") }
        writer.write(.labelled, kept, 61)
        #expect(Self.page(writer) == "")
        #expect(writer.fault == "gpu_temp was written with labels of another writer or collection")
        #expect(writer.itemsLost == 1 && writer.firstLoss == writer.fault)
        writer.reset()
        #expect(writer.fault == nil && writer.itemsLost == 0)
    }

    @Test("labels of another writer put nothing on the page, and the mistake is named")
    func foreignLabels() {
        var first = MetricWriter<Metric>()
        var second = MetricWriter<Metric>()
        let foreign = first.labels {
            $0.add("gpu", 0)
            $0.add("sensor", "memory")
        }
        second.write(.labelled, foreign, 61)
        second.write(.labelled, second.labels(foreign) { $0.add("sensor", "more") }, 62)
        second.write(.labelled, foreign, extra: ("sensor", "more"), 63)
        #expect(Self.page(second) == "")
        #expect(second.fault == "gpu_temp was written with labels of another writer or collection")
        #expect(second.itemsLost == 4)
    }

    @Test("a surplus, a missing and a repeated label put nothing on the page, and the mistake is named")
    func undeclaredLabels() {
        var writer = MetricWriter<Metric>()
        writer.write(.labelled, writer.labels { $0.add("gpu", 0) }, 1)
        #expect(writer.fault == #"gpu_temp declares the labels {gpu,sensor}, not those of {gpu="0"}"#)
        writer.write(.labelled, .none, 1)
        writer.write(.plain, writer.labels { $0.add("gpu", 0) }, 1)
        let all = writer.labels {
            $0.add("sensor", "m\"e,m=\\ory")
            $0.add("gpu", 0)
        }
        writer.write(.labelled, writer.labels(all) { $0.add("more", 1) }, 1)
        writer.write(.labelled, writer.labels(all) { $0.add("gpu", 1) }, 1)
        #expect(writer.itemsLost == 5)
        #expect(Self.page(writer) == "")
        writer.write(.labelled, all, 7)
        #expect(Self.page(writer).contains("gpu_temp{sensor=\"m\\\"e,m=\\\\ory\",gpu=\"0\"} 7\n"))
        #expect(writer.itemsLost == 5)
    }

    @Test("a label that may be missing may be missing, and no other one")
    func optionalLabels() {
        var writer = MetricWriter<Metric>()
        let device = writer.labels { $0.add("device", "lo") }
        writer.write(.optional, device, 1)
        writer.write(.optional, writer.labels(device) { $0.add("alias", "") }, 2)
        #expect(writer.fault == nil && writer.sampleCount == 2)
        writer.write(.optional, writer.labels { $0.add("alias", "") }, 3)
        #expect(writer.fault == #"optional declares the labels {alias?,device}, not those of {alias=""}"#)
        #expect(writer.sampleCount == 2)
    }

    @Test("a family that is named while collecting and not declared is not shown")
    func undeclaredFamily() {
        var writer = MetricWriter<Metric>(openFamilies: [.untyped("node_vmstat_<field>", [], "A field.")])
        writer.write(writer.family(.untyped("node_vmstat_pgfault", [], "A field.")), .none, 1)
        #expect(writer.fault == nil && writer.sampleCount == 1)
        writer.write(writer.family(.untyped("node_vmstats", [], "A field.")), .none, 1)
        #expect(writer.fault == "the family node_vmstats is not declared")
        #expect(writer.sampleCount == 1)
    }

    @Test("a named family of another writer writes nothing")
    func foreignFamily() {
        var first = MetricWriter<NoMetrics>(openFamilies: [.untyped("<name>", [], "")])
        var second = MetricWriter<Metric>(openFamilies: [.untyped("<name>", [], "")])
        let family = first.family(.untyped("other", [], "Another one's."))
        second.write(family, .none, 1)
        #expect(second.fault == "a family of another writer was written" && second.sampleCount == 0)
        second.write(NamedFamily.none, .none, 1)
        #expect(second.itemsLost == 1)
    }

    @Test(
        "names fit the patterns that declare them, piece by piece",
        arguments: [
            ("node_vmstat_<field>", "node_vmstat_x", true), ("node_vmstat_<field>", "node_vmstat_", true),
            ("node_vmstat_<field>", "node_vmsta", false), ("a_<b>_c_<d>_e", "a_1_c_2_e", true),
            ("a_<b>_c_<d>_e", "a_1_2_e", false), ("a_<b>_c_<d>_e", "a_1_c_2", false), ("<name>", "anything", true),
            ("whole", "whole", true), ("whole", "wholes", false), ("<a>_total", "_total", true),
            ("ab_<x>_b", "ab_b", false),
        ])
    func openNames(pattern: String, name: String, fits: Bool) {
        #expect(OpenName.fits(name, OpenName.pieces(of: pattern)) == fits)
    }
}
