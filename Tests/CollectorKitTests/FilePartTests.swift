// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import Testing
import TreeSupport

@Suite struct FilePartTests {
    private enum Metric: Int, FamilyKey {
        case value
        var family: MetricFamily { .gauge("stub_value", [], "A value.") }
    }

    @Test("a file that is there, that is not, and that cannot be read are three answers, and only the last is a loss")
    func answers() {
        let tree = HostTree()
        tree.write("proc/there", "one\n")
        tree.write("proc/folder/thing", "one\n")
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 4))
        var writer = MetricWriter<Metric>()
        reader.beginCollection(scrape: 1)
        func answer(_ name: String) -> FilePart {
            reader.part(KernelFile(tree.procfs + "/" + name), or: &writer)
        }
        if case .content(let bytes) = answer("there") { #expect(bytes == "one\n") } else { Issue.record("no content") }
        if case .absent(let error) = answer("none") { #expect(error.errno == 2) } else { Issue.record("not absent") }
        #expect(writer.itemsLost == 0)
        if case .lost = answer("folder") {} else { Issue.record("a directory is no file") }
        #expect(writer.itemsLost == 1)
    }
}
