#pragma once
#include "core/library/annotation.h"

#include <istream>
#include <ostream>
#include <string>
#include <vector>

namespace mama {

// JsonLines: toJson() a line, which readAnnotations() takes back; Csv: a row each, with a heading; Coco: images and
// annotations with ids from 1, regions as boxes and polygons in stored pixels, all else as attributes.
enum class AnnotationForm { JsonLines, Csv, Coco };
void writeAnnotations(std::ostream& out, const std::vector<Annotation>& annotations, AnnotationForm form);
// Error(Format) names the line.
std::vector<Annotation> readAnnotations(const std::string& text, const std::string& file);
// Those that are in `there` already, ids and facts apart, are left out.
std::vector<Annotation> without(const std::vector<Annotation>& there, std::vector<Annotation> these);

} // namespace mama
