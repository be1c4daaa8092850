// SPDX-License-Identifier: Apache-2.0

import ExpositionSupport
import Testing

@testable import Exposition

/// Collection after collection, mostly alike, through kept writers and a kept composer: what they remember of the one
/// before must never show.
@Suite struct RepeatedCollectionsTests {
    private enum Metric: Int, FamilyKey {
        case plain, labelled, shared

        var family: MetricFamily {
            switch self {
            case .plain: MetricFamily(.gauge, anyLabels: "plain", help: "A gauge.")
            case .labelled: MetricFamily(.counter, anyLabels: "labelled_total", help: "A counter.")
            case .shared: MetricFamily(.gauge, anyLabels: "shared", help: "Of two writers.")
            }
        }
    }

    /// One call of a writer.
    private struct Call: Equatable {
        var family: Int
        var label: String?
        /// What follows the family's name, as in a histogram.
        var hasSuffix: Bool
        /// A second label that is given apart.
        var hasExtra: Bool
        var value: Int

        static let dynamicNames = ["shared", "named", "labelled", "zebra"]

        init(_ random: inout SplitMix) {
            family = Int.random(in: 0..<7, using: &random)
            label = Bool.random(using: &random) ? ["a", "b", "aa", "b{\"} \\"].randomElement(using: &random) : nil
            hasSuffix = false
            hasExtra = Int.random(in: 0..<8, using: &random) == 0
            value = Int.random(in: 0..<2_000, using: &random)
            // Only families that are named at run time can have samples with a suffix.
            if family >= 3 {
                hasExtra = false
                hasSuffix = Int.random(in: 0..<8, using: &random) == 0
            }
        }

        var name: String {
            family < 3 ? Metric.allCases[family].family.name : Self.dynamicNames[family - 3]
        }

        var series: String {
            var labels: [String] = []
            if let label {
                let escaped = label.map { $0 == "\\" ? "\\\\" : $0 == "\"" ? "\\\"" : String($0) }.joined()
                labels.append("l=\"\(escaped)\"")
            }
            if hasExtra { labels.append("mode=\"x\"") }
            return name + (hasSuffix ? "_sum" : "") + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
        }

        func make(_ writer: inout MetricWriter<Metric>) {
            let labels = label.map { label in writer.labels { $0.add("l", label) } } ?? .none
            if family >= 3 {
                let handle = writer.family(MetricFamily(.gauge, anyLabels: name, help: "Named at run time."))
                if hasSuffix {
                    writer.store.write(handle, suffix: "_sum", labels, .signed(Int64(value)))
                } else {
                    writer.write(handle, labels, value)
                }
            } else if hasExtra {
                writer.write(Metric.allCases[family], labels, extra: ("mode", "x"), value)
            } else {
                writer.write(Metric.allCases[family], labels, value)
            }
        }
    }

    /// What a writer's page should hold: its families in the order in which it came to know them, with their samples.
    private struct Model {
        var order = Metric.allCases.map(\.family.name)
        var samples: [String: [(series: String, value: Int)]] = [:]

        mutating func take(_ calls: [Call]) {
            samples = [:]
            for call in calls {
                if !order.contains(call.name) { order.append(call.name) }
                if samples[call.name]?.contains(where: { $0.series == call.series }) == true { continue }
                samples[call.name, default: []].append((call.series, call.value))
            }
        }
    }

    private func expected(_ models: [Model]) -> [String] {
        var order: [String] = []
        var lines: [String: [(series: String, value: Int)]] = [:]
        for model in models {
            for name in model.order {
                for sample in model.samples[name] ?? [] {
                    if lines[name] == nil { order.append(name) }
                    if lines[name]?.contains(where: { $0.series == sample.series }) == true { continue }
                    lines[name, default: []].append(sample)
                }
            }
        }
        return order.flatMap { lines[$0] ?? [] }.map {
            "\($0.series) \($0.value)"
        }
    }

    @Test("pages of calls that repeat, change, come and go", arguments: 1...12)
    func randomCalls(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        var first = MetricWriter<Metric>(openFamilies: [anyName])
        var second = MetricWriter<Metric>(openFamilies: [anyName])
        var composer = PageComposer()
        var models = [Model(), Model()]
        var calls: [[Call]] = [[], []]
        for round in 0..<400 {
            for at in calls.indices {
                switch Int.random(in: 0..<10, using: &random) {
                case 0: calls[at] = (0..<Int.random(in: 0..<12, using: &random)).map { _ in Call(&random) }
                case 1: calls[at].append(Call(&random))
                case 2: if !calls[at].isEmpty { calls[at].removeLast() }
                case 3: calls[at].shuffle(using: &random)
                case 4: if let call = calls[at].first { calls[at].append(call) }
                default: break
                }
                for place in calls[at].indices where Bool.random(using: &random) {
                    calls[at][place].value = Int.random(in: 0..<100_000, using: &random)
                }
                models[at].take(calls[at])
            }
            first.reset()
            second.reset()
            for call in calls[0] { call.make(&first) }
            for call in calls[1] { call.make(&second) }
            composer.reset()
            // Now and then one writer is left out.
            let isFirstIn = Int.random(in: 0..<6, using: &random) > 0
            if isFirstIn { composer.add(first) }
            composer.add(second)
            let wanted = expected(isFirstIn ? models : [models[1]])
            for format in PageFormat.allCases {
                let page = composer.page(format)
                let kind: ExpositionValidator.Format = format == .text ? .text : .openMetrics
                let hasSuffixes = calls.joined().contains(where: \.hasSuffix)
                if !hasSuffixes {
                    #expect(ExpositionValidator.problems(in: page, format: kind) == [], "round \(round)")
                }
                let lines = String(decoding: page, as: UTF8.self).split(separator: "\n").map(String.init)
                let samples = lines.filter { !$0.hasPrefix("#") }
                #expect(samples == wanted.map { number($0) }, "round \(round)")
                guard samples == wanted.map({ number($0) }) else { return }
            }
            let counts = (composer.sampleCount, first.sampleCount, second.sampleCount)
            #expect(counts.0 == (isFirstIn ? counts.1 : 0) + counts.2)
        }
    }

    /// A line with its integer as pages have it.
    private func number(_ line: String) -> String {
        guard let space = line.lastIndex(of: " "), let value = Int(line[line.index(after: space)...]) else {
            return line
        }
        var text = [UInt8](repeating: 0, count: NumberText.maximumLength)
        let length = text.withUnsafeMutableBufferPointer {
            $0.baseAddress.map { NumberText.write(Int64(value), to: $0) } ?? 0
        }
        return line[...space] + String(decoding: text[..<length], as: UTF8.self)
    }

    @Test("labels that are kept are what they were")
    func keptLabels() {
        let kept = KeptLabels {
            $0.add("a", "x\"y")
            $0.add("b", 7)
        }
        var writer = MetricWriter<Metric>(openFamilies: [anyName])
        var composer = PageComposer()
        for round in 1...3 {
            writer.reset()
            let labels = writer.labels(kept)
            let more = writer.labels(labels) { $0.add("c", round) }
            writer.write(Metric.labelled, labels, round)
            writer.write(Metric.labelled, more, round)
            composer.reset()
            composer.add(writer)
            let page = String(decoding: composer.page(.text), as: UTF8.self)
            #expect(page.contains("labelled_total{a=\"x\\\"y\",b=\"7\"} \(round)\n"))
            #expect(page.contains("labelled_total{a=\"x\\\"y\",b=\"7\",c=\"\(round)\"} \(round)\n"))
        }
    }
}

/// Lets families have any name.
private let anyName = MetricFamily(.untyped, anyLabels: "<name>", help: "")
