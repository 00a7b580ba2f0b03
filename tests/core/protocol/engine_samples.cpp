#include "tests/core/protocol/engine_samples.h"

namespace mama::test {

using namespace protocol;

namespace {

ImageName imageName() { return {3, "/s/R-CC.png", 2, "RCC", "R", "CC", false}; }

PatchGrid patchGrid()
{
    return {{1, 2}, {{"rows", 10}}, {102, 0, 1400, 2600.5}, std::array{5.68, 2.84}, {0, 1}, {1, 1}};
}

Provenance provenance()
{
    return {"mine",
            "5f0c",
            "mama",
            "phantoms",
            "Apache-2.0",
            "a notice",
            "reference",
            "mama",
            2,
            "training",
            "left breast;",
            true,
            "bf16",
            "CPU",
            "mean",
            "Not for clinical use.",
            "value",
            "sentence",
            "There is no mass."};
}

ClassifyReply::Scores classScores()
{
    return {{{"negative", 0.21}, {"positive", 0.34}},
            {{"negative", 3}, {"positive", 4.9}},
            {{"negative", 0.13}, {"positive", 0.87}},
            {{"negative", 0.32}, {"positive", 0.68}},
            {{"negative", 0.95}, {"positive", 0.99}}};
}

} // namespace

HelloRequest helloRequest() { return {version, "mama-workstation"}; }
ModelsRequest modelsRequest() { return {{"/models", "/more"}}; }
LoadRequest loadRequest() { return {"mine", "cpu", "bf16", 4}; }

EncodeRequest imagesRequest()
{
    EncodeRequest request;
    request.images = {{"/s/R-CC.png", 2, "RCC", "R", "CC", SpacingMm{0.07, 0.0701}},
                      {"/s/x.png", 0, "extra", {}, "", {}}};
    return request;
}

EncodeRequest pathsRequest()
{
    EncodeRequest request;
    request.paths = {"/s", "/t/a.dcm"};
    request.studyUid = "1.2.3";
    request.processing = true;
    request.frame = 5;
    request.mapWay = "additive";
    request.profile = "clip-whole";
    return request;
}

QueryRequest queryRequest()
{
    return {"1",  {"a mass", "no mass"}, "mean",      "training",       "left breast;", true,
            true, MapsWanted::Files,     "/tmp/maps", {"Findings", ""}, "sentence",     "There is no mass."};
}

ClassifyRequest promptsRequest()
{
    // Not in the order of the alphabet, which an object of classes would have.
    return {"1", {{"positive", {"cancer", "malignant"}}, {"negative", {"benign"}}}, {}, "mean", "zero-shot", "p;", true,
            72};
}

ClassifyRequest taskRequest() { return {"1", {}, "birads", "mean-of-breast-maxima", "training", "p;", true, 144}; }
PrepareRequest prepareRequest() { return {"/s/a.dcm", 3, "mama-aspect", Extent(912, 1520), CellSize(31.5, 32), true}; }

TextVectorsRequest textVectorsRequest() { return {{"a mass", "no mass"}, "training", "left breast;", true}; }

TextVectorsReply textVectorsReply()
{
    TextVectorsReply::Text text{"a mas", "a mas.", true, true, QueryReply::Nearest{"a mass", 0.75}};
    text.warnings = {"cut"};
    text.warningTexts = {{TextId("sample.cut", "cut")}};
    text.vector = {0.6F, -0.8F};
    return {"mine", "5f0c", "training", {text}};
}

ModelReply modelReply()
{
    ModelReply model;
    model.name = "mine";
    model.hash = "5f0c";
    model.path = "/models/mine";
    model.kind = "mama";
    model.trainedOn = "phantoms";
    model.licence = "Apache-2.0";
    model.notice = "a notice";
    model.profile = "mama";
    model.profileVersion = 2;
    model.pooling = "training";
    model.compat = "default";
    model.precision = "fp32";
    model.device = "CPU";
    model.threads = 2;
    model.maps = model.text = true;
    model.inputSize = {912, 1520};
    model.patch = {31.25, 31.5};
    model.meanMaps = true;
    model.embedding = 512;
    model.logitScale = 2.659;
    model.classes = {"0", "1"};
    model.examples = {"There is a mass."};
    model.mapWays = {"cell", "additive"};
    return model;
}

HelloReply helloReply()
{
    HelloReply hello;
    hello.program = "mama";
    hello.programVersion = "0.1.0";
    hello.pid = 4711;
    hello.processor = {"Intel(R) Xeon(R) Processor", 2};
    hello.limits = {1000, 10};
    hello.model = modelReply();
    hello.methods = {"cancel", "hello"};
    hello.notice = "Not for clinical use.";
    return hello;
}

ModelsReply modelsReply()
{
    return {{{"demo", "/opt/models/demo"}},
            {{"/more", "no such folder", {TextId("sample.no_folder", "no such folder")}}}};
}

EncodeReply encodeReply()
{
    return {"1",
            {{imageName(), true, 812.5, patchGrid(), {"a warning"}, true, 3000.5}},
            {{"/s/stack.dcm", "a stack of 3", {TextId("sample.stack", "a stack of %1"), 3}}},
            {{"/s/broken.dcm", "not an image", {TextId("sample.broken", "not an image")}}}};
}

QueryReply queryReply()
{
    QueryReply reply;
    reply.texts = {{"no mass",
                    "no mass.",
                    true,
                    1,
                    {"negation"},
                    QueryReply::Unnegated{"mass", {0.31}, {{"R", 0.31}}, 0.31},
                    std::array<double, 2>{-0.1, 0.4},
                    {{TextId("sample.negation", "negation")}},
                    true,
                    0.25,
                    QueryReply::Nearest{"There is no mass.", 0.9},
                    "Findings",
                    "no",
                    "comparison",
                    "and so on",
                    {"no mass"},
                    "no mass",
                    {{-0.1, 0.4}}}};
    reply.images = {{imageName(),
                     {0.29},
                     {"a warning"},
                     std::vector<QueryReply::Map>{{1, 2, 1, 2, {0.5F, -0.25F}, std::nullopt},
                                                  {1, 2, 1, 2, {}, "/tmp/maps/RCC_text1.npy"}},
                     {{TextId("sample.warning", "a warning")}},
                     {0.93},
                     {0.6}}};
    reply.breasts = {{"R", {0.29}, "maximum over the views of a breast", {0.95}, {0.7}}};
    reply.study = {{0.29}, "maximum", {0.91}, {0.8}};
    reply.neutral = {"neutral sentences", "88bb", 200};
    reply.known = {"lexicon", "99cc", 1500, 0.3};
    reply.reference = {"500 synthetic studies", "77aa", 500, 2000};
    reply.referenceProblem = "made with other weights";
    reply.fusion = {"maximum", "maximum over the views of a breast", "maximum over the breasts"};
    reply.score = "similarity (cosine, -1 to 1)";
    reply.milliseconds = {14.2, 17.3};
    reply.folder = "/tmp/maps";
    reply.provenance = provenance();
    return reply;
}

ClassifyReply classifyReply()
{
    ClassifyReply reply;
    reply.classes = {"negative", "positive"};
    reply.images = {{imageName(), classScores(), {{"negative", {"benign"}}, {"positive", {"cancer"}}}, {"a warning"}}};
    reply.breasts = {{"R", classScores()}};
    reply.study = {classScores(), "maximum"};
    reply.fusion = {"maximum", "maximum over the views of a breast", "maximum over the breasts"};
    reply.prompts = {{"negative", {"benign"}}, {"positive", {"cancer"}}};
    reply.softmaxNote = "a share among these prompts";
    reply.warnings = {"text cut"};
    reply.provenance = provenance();
    return reply;
}

PrepareReply prepareReply() { return {"mama", 2, true, patchGrid(), {4, 2}, {0, 1, 2, 3, 4, 5, 6, 7}}; }
CacheReply cacheReply()
{
    return {"/cache", 812, 2310000000, 4294967296, 8, 4, 3, 2, 1, 5, 4, 34000000, 45000000, 1073741824};
}

} // namespace mama::test
