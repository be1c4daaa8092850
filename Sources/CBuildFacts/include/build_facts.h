// SPDX-License-Identifier: Apache-2.0
// What the build passes in: the commit. Its own target, so that a new commit compiles this one file only.
#ifndef HOST_EXPORTER_BUILD_FACTS_H
#define HOST_EXPORTER_BUILD_FACTS_H

/// The commit that was built, empty where the build did not say.
extern const char *_Nonnull const build_facts_revision;

#endif
