// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import Testing

@Suite("Names of metrics from words of the kernel")
struct MetricNameBuilderTests {
    private func name(_ prefix: StaticString, _ first: StaticString, _ second: StaticString) -> String? {
        var builder = MetricNameBuilder()
        guard builder.set(prefix, Bytes(first), Bytes(second)) else { return nil }
        return String(decoding: builder.bytes, as: UTF8.self)
    }

    @Test("two words are joined behind the literal")
    func joined() {
        #expect(name("node_netstat_", "Tcp", "InSegs") == "node_netstat_Tcp_InSegs")
        #expect(name("", "Ip6", "InOctets") == "Ip6_InOctets")
    }

    @Test("no word that is empty or holds a byte of no name makes a name")
    func refused() {
        for (first, second) in [("", "a"), ("a", ""), ("a-b", "c"), ("a", "b c"), ("a", "é"), ("a", "b\"")]
            as [(StaticString, StaticString)]
        {
            #expect(name("node_", first, second) == nil, "\(first) \(second)")
        }
    }

    @Test("a name is tried against an expression, and matches where there is none")
    func pattern() throws {
        var builder = MetricNameBuilder()
        let isSet = builder.set("", Bytes("Tcp"), Bytes("InSegs"))
        #expect(isSet)
        #expect(builder.matches(nil))
        #expect(builder.matches(try Pattern("^Tcp_In")))
        #expect(!builder.matches(try Pattern("^Udp_")))
    }

    @Test("the family of a name is made once")
    func family() {
        var writer = MetricWriter<NoMetrics>(openFamilies: [.gauge("node_sockstat_<protocol>_<field>", [], "A field.")])
        var made: [String] = []
        for _ in 0..<2 {
            for word in ["inuse", "orphan"] as [StaticString] {
                var builder = MetricNameBuilder()
                guard builder.set("node_sockstat_", Bytes("TCP"), Bytes(word)) else { continue }
                let family = builder.family(in: &writer) {
                    made.append($0)
                    return MetricFamily.gauge($0, [], "A field.")
                }
                writer.write(family, .none, 1 as UInt64)
            }
        }
        #expect(made == ["node_sockstat_TCP_inuse", "node_sockstat_TCP_orphan"])
    }
}
