#pragma once
#include "core/library/annotation.h"
#include "core/library/collection/library.h"

#include <span>

namespace mama {

// What readers drew on a library's images. An image is found by its SOP Instance UID, the hash of its pixels, else by
// where its file lies.

// Which of these images the library has: its ids in their order, 0 where it has none.
std::vector<std::int64_t> imagesKnown(Library& library, std::span<const AnnotatedImage> images);
// What readers drew on them, in their order, with the images' keys as asked.
std::vector<Annotation> annotationsOn(Library& library, std::span<const AnnotatedImage> images);
// All of the library's, also those that came with data sets; keys of images without SOP Instance UID and hash are their
// paths.
std::vector<Annotation> allAnnotations(Library& library);
// As ReaderFile::edit().
AnnotationEdited editAnnotations(Library& library, const AnnotationEdit& edit);

} // namespace mama
