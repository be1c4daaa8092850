// SPDX-License-Identifier: Apache-2.0

import Glibc
import KernelFiles
import Testing

@Suite("Content that several files share")
struct SharedContentOfFilesTests {
    @Test("files of one content are read once a scrape, its failure included, and others are not kept from reading")
    func once() throws {
        let tree = try TemporaryTree(["a": "one"])
        let content = SharedContent(tree["a"])
        let files = [KernelFile(content), KernelFile(content)]
        let own = KernelFile(tree["a"])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 2))
        reader.beginCollection(scrape: 1)
        #expect(try reader.contents(of: files[0]).text == "one")
        try tree.write("a", "two, longer")
        #expect(try reader.contents(of: files[1]).text == "one")
        #expect(try reader.contents(of: own).text == "two, longer")
        reader.beginCollection(scrape: 2)
        #expect(try reader.contents(of: files[1]).text == "two, longer")
        #expect(content.path == tree["a"])

        let missing = SharedContent(tree["none"])
        #expect(throws: KernelFileError(.open, path: tree["none"], errno: ENOENT)) {
            _ = try reader.contents(of: KernelFile(missing))
        }
        try tree.write("none", "late")
        #expect(throws: KernelFileError.self) { _ = try reader.contents(of: KernelFile(missing)) }
        reader.beginCollection(scrape: 3)
        #expect(try reader.contents(of: KernelFile(missing)).text == "late")
    }
}
