// mama header: every element of a DICOM file, its pixels apart.
#include "app/mama/options.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/dicom/data_set/data_set_scan.h"
#include "core/dicom/read/header_list.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options
{
    std::string file;
    bool json = false, hide = false;
};

nlohmann::json toJson(const HeaderElement& element)
{
    return {{"tag", tagText(element.tag)},
            {"path", element.path},
            {"depth", element.depth},
            {"vr", element.vr},
            {"name", element.name},
            {"value", element.value},
            {"cut", element.cut},
            {"hidden", element.hidden},
            {"read", element.read},
            {"length", element.length ? nlohmann::json(*element.length) : nlohmann::json()},
            {"items", element.items ? nlohmann::json(*element.items) : nlohmann::json()}};
}

nlohmann::json toJson(const HeaderList& list)
{
    auto elements = nlohmann::json::array();
    for (const HeaderElement& element : list.elements)
        elements.push_back(toJson(element));
    return {{"path", pathText(list.file)},
            {"transfer_syntax", list.transferSyntax},
            {"elements", std::move(elements)},
            {"warnings", english(list.warnings)}};
}

void print(const HeaderElement& element)
{
    std::cout << std::string(static_cast<std::size_t>(element.depth) * 2, ' ') << tagText(element.tag) << " "
              << element.vr << " " << (element.name.empty() ? "?" : element.name);
    if (element.length)
        std::cout << " [" << *element.length << "]";
    if (element.items)
        std::cout << " " << *element.items << (element.read ? " items" : " fragments");
    std::cout << (element.read ? "" : " not read") << (element.hidden ? " (hidden)" : "")
              << (element.value.empty() ? "" : " ") << element.value << (element.cut ? " …" : "") << "\n";
}

int run(const Options& options)
{
    HeaderList list = readHeaderList(givenPath(options.file));
    if (options.hide)
        list = withoutIdentifiers(std::move(list));
    if (options.json) {
        printJson(toJson(list));
        return Done;
    }
    for (const HeaderElement& element : list.elements)
        print(element);
    for (const std::string& warning : english(list.warnings))
        std::cerr << "warning: header: " << oneLine(options.file) << ": " << warning << "\n";
    return Done;
}

} // namespace

void addHeader(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("header", "All tags of a DICOM file");
    command->footer(
        "Every element in the file's order, private ones and those in sequences too, texts in UTF-8 by the file's own\n"
        "character set. Values end after 1024 bytes (\"cut\"), bytes that are no text after 32; length is that in the file.\n"
        "Pixels are not read, so that a file whose pixels are damaged or cut off shows its header; of one that ends\n"
        "in its header what stands before that, with a warning. What is printed names the patient, but for\n"
        "--hide-identifiers.");
    command->add_option("FILE", options->file, "The file")->required();
    command->add_flag("--hide-identifiers", options->hide,
                      "Without the values that name the patient: group 0010 but sex, age, size and weight, names of\n"
                      "persons, numbers of orders, and whatever else has the patient's name or ID in it");
    addJsonOption(*command, options->json);
    runs(*command, context, [options] { return run(*options); });
}

} // namespace mama::cli
