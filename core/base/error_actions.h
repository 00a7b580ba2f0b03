#pragma once
#include "core/base/user_text.h"

// What a failing piece of work was doing: the first part of an Error's line.
namespace mama::action {

inline constexpr auto open = TextId("action.open", "open");
inline constexpr auto unpack = TextId("action.unpack", "unpack");
inline constexpr auto write = TextId("action.write", "write");
inline constexpr auto readJson = TextId("action.read_json", "read JSON");
inline constexpr auto decode = TextId("action.decode", "decode");
inline constexpr auto readGeometry = TextId("action.read_geometry", "read geometry");
inline constexpr auto readProfile = TextId("action.read_profile", "read profile");
inline constexpr auto findProfile = TextId("action.find_profile", "find profile");
inline constexpr auto prepareImage = TextId("action.prepare_image", "prepare image");
inline constexpr auto drawOverlay = TextId("action.draw_overlay", "draw overlay");
inline constexpr auto encodePicture = TextId("action.encode_picture", "encode PNG");
inline constexpr auto writePicture = TextId("action.write_picture", "write picture");
inline constexpr auto classify = TextId("action.classify", "classify");
inline constexpr auto chooseFusionRule = TextId("action.choose_fusion_rule", "choose fusion rule");
inline constexpr auto loadModel = TextId("action.load_model", "load model");
inline constexpr auto findModel = TextId("action.find_model", "find model");
inline constexpr auto readReference = TextId("action.read_reference", "read reference");
inline constexpr auto readSentences = TextId("action.read_sentences", "read sentences");
inline constexpr auto makeReference = TextId("action.make_reference", "make reference");
inline constexpr auto query = TextId("action.query", "query");
inline constexpr auto compareEmbeddings = TextId("action.compare_embeddings", "compare embeddings");
inline constexpr auto drawMap = TextId("action.draw_map", "draw alignment map");
inline constexpr auto findStudy = TextId("action.find_study", "find study");
inline constexpr auto chooseImages = TextId("action.choose_images", "choose images");
inline constexpr auto encode = TextId("action.encode", "encode");
inline constexpr auto encodeText = TextId("action.encode_text", "encode text");
inline constexpr auto choosePooling = TextId("action.choose_pooling", "choose pooling");
inline constexpr auto lock = TextId("action.lock", "lock");
inline constexpr auto train = TextId("action.train", "train");
inline constexpr auto readRun = TextId("action.read_run", "read run");
inline constexpr auto readMessage = TextId("action.read_message", "read message");
inline constexpr auto readReply = TextId("action.read_reply", "read reply");
inline constexpr auto readParameters = TextId("action.read_parameters", "read parameters");
inline constexpr auto request = TextId("action.request", "request");
inline constexpr auto compute = TextId("action.compute", "compute");
inline constexpr auto call = TextId("action.call", "call %1");
inline constexpr auto writeMaps = TextId("action.write_maps", "write maps");
inline constexpr auto prepare = TextId("action.prepare", "prepare");
inline constexpr auto useModel = TextId("action.use_model", "use model");
inline constexpr auto useStudy = TextId("action.use_study", "use study");
inline constexpr auto readConfiguration = TextId("action.read_configuration", "read configuration");
inline constexpr auto estimateMemory = TextId("action.estimate_memory", "estimate memory");
inline constexpr auto readModel = TextId("action.read_model", "read model");
inline constexpr auto readWeights = TextId("action.read_weights", "read weights");
inline constexpr auto importWeights = TextId("action.import_weights", "import weights");
inline constexpr auto exportModel = TextId("action.export_model", "export model");
inline constexpr auto writeModel = TextId("action.write_model", "write model");
inline constexpr auto writeWeights = TextId("action.write_weights", "write weights");
inline constexpr auto readTokenizer = TextId("action.read_tokenizer", "read tokenizer");
inline constexpr auto tokenize = TextId("action.tokenize", "tokenize");
inline constexpr auto decodeTokens = TextId("action.decode_tokens", "decode tokens");
inline constexpr auto normaliseText = TextId("action.normalise_text", "normalise text");
inline constexpr auto encodeImage = TextId("action.encode_image", "encode image");
inline constexpr auto device = TextId("action.device", "device");
inline constexpr auto cosineMaps = TextId("action.cosine_maps", "cosine maps");
inline constexpr auto precision = TextId("action.precision", "precision");

} // namespace mama::action
