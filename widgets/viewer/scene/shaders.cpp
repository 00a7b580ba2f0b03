#include "widgets/viewer/scene/shaders.h"

namespace mama::viewer::shaders {
namespace {

const char* head = R"(//VTK::System::Dec
//VTK::Output::Dec
)";

// Area mean over the screen pixel's footprint of 1 to 2 texels a side (the level is chosen so); below 1 the same
// formula is bilinear interpolation. TEXEL is replaced; its second component is the weight (0: padding).
const char* footprint = R"(
uniform sampler2D source;
uniform ivec2 size;
uniform vec4 toTexel; // scale x, y; offset x, y
uniform vec2 reach;   // footprint, texels
uniform int taps;     // texels a side
bool inside(ivec2 t) { return t.x >= 0 && t.y >= 0 && t.x < size.x && t.y < size.y; }
)";

const char* maskLookup = R"(
uniform sampler2D breast;
uniform vec2 toBreast; // texel of the level -> texture coordinate of the mask
)";

} // namespace

std::string resampleGrey()
{
    return std::string(head) + footprint + maskLookup + R"(
uniform float codes;   // codes at texture value 1
uniform vec2 padded;   // closed range of codes that are padding
uniform vec2 modality; // offset, step
uniform int blackAir;
void main()
{
  vec2 p = gl_FragCoord.xy * toTexel.xy + toTexel.zw;
  ivec2 centre = ivec2(floor(p));
  float result = -3.0e38;
  if (inside(centre)) {
    float middle = texelFetch(source, centre, 0).r * codes;
    bool out_ = middle >= padded.x - 0.25 && middle <= padded.y + 0.25;
    if (!out_ && (blackAir == 0 || texture(breast, p * toBreast).r > 0.5)) {
      vec2 low = p - 0.5 * reach;
      vec2 high = low + reach;
      ivec2 first = ivec2(floor(low + 1e-3));
      float sum = 0.0, weights = 0.0;
      for (int j = 0; j < taps; ++j)
        for (int i = 0; i < taps; ++i) {
          ivec2 t = first + ivec2(i, j);
          vec2 part = max(min(high, vec2(t) + 1.0) - max(low, vec2(t)), 0.0);
          float code = texelFetch(source, clamp(t, ivec2(0), size - 1), 0).r * codes;
          float w = part.x * part.y;
          if (code >= padded.x - 0.25 && code <= padded.y + 0.25) w = 0.0;
          sum += w * (code - middle);
          weights += w;
        }
      result = modality.x + modality.y * (middle + (weights > 0.0 ? sum / weights : 0.0));
    }
  }
  gl_FragData[0] = vec4(result, 0.0, 0.0, 1.0);
}
)";
}

std::string resampleColour()
{
    return std::string(head) + footprint + R"(
void main()
{
  vec2 p = gl_FragCoord.xy * toTexel.xy + toTexel.zw;
  vec4 result = vec4(0.0);
  if (inside(ivec2(floor(p)))) {
    vec2 low = p - 0.5 * reach;
    vec2 high = low + reach;
    ivec2 first = ivec2(floor(low + 1e-3));
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int j = 0; j < taps; ++j)
      for (int i = 0; i < taps; ++i) {
        ivec2 t = first + ivec2(i, j);
        vec2 part = max(min(high, vec2(t) + 1.0) - max(low, vec2(t)), 0.0);
        sum += part.x * part.y * texelFetch(source, clamp(t, ivec2(0), size - 1), 0).rgb;
        weights += part.x * part.y;
      }
    result = vec4(sum / max(weights, 1e-6), 1.0);
  }
  gl_FragData[0] = result;
}
)";
}

std::string overlay()
{
    return std::string(head) + R"(
uniform vec4 toStored;    // screen -> stored pixels: scale x, y; offset x, y
uniform vec4 toGrid;      // screen -> patches: scale x, y; offset x, y
uniform vec2 storedSize;
uniform vec4 seen;        // stored pixels: left, top, right, bottom of what the model saw
uniform ivec2 grid;       // columns, rows
uniform sampler2D map;    // value, 1 if present
uniform sampler2D colours;
uniform sampler2D breast; // one texel for 8 x 8 stored pixels
uniform vec2 breastSize;  // texels
uniform vec2 range;
uniform float threshold;
uniform vec2 opacity;     // opacity; 1: grows with the square of the place on the scale
uniform int cells;
uniform int isolines;
uniform int hideAir;
uniform int hatch;
uniform int outline;      // lines at the levels alone
uniform int levelCount;
uniform vec4 levels;
uniform float isolineStep;
uniform float unit;       // device pixels a logical pixel
vec2 at(ivec2 t) { return texelFetch(map, clamp(t, ivec2(0), grid - 1), 0).rg; }
void main()
{
  vec2 f = gl_FragCoord.xy;
  vec2 p = f * toStored.xy + toStored.zw;
  vec2 g = f * toGrid.xy + toGrid.zw;
  ivec2 cell = ivec2(floor(g));
  bool inImage = p.x >= 0.0 && p.y >= 0.0 && p.x < storedSize.x && p.y < storedSize.y;
  bool inSeen = p.x >= seen.x && p.y >= seen.y && p.x < seen.z && p.y < seen.w
    && cell.x >= 0 && cell.y >= 0 && cell.x < grid.x && cell.y < grid.y;
  vec2 own = at(cell);
  vec2 q = g - 0.5;
  ivec2 a = ivec2(floor(q));
  vec2 w = q - vec2(a);
  vec2 v00 = at(a), v10 = at(a + ivec2(1, 0)), v01 = at(a + ivec2(0, 1)), v11 = at(a + ivec2(1, 1));
  vec4 parts = vec4((1.0 - w.x) * (1.0 - w.y) * v00.y, w.x * (1.0 - w.y) * v10.y, (1.0 - w.x) * w.y * v01.y, w.x * w.y * v11.y);
  float total = parts.x + parts.y + parts.z + parts.w;
  float value = own.x;
  if (cells == 0 && total > 0.0)
    value = (parts.x * v00.x + parts.y * v10.x + parts.z * v01.x + parts.w * v11.x) / total;
  float slope = length(vec2(dFdx(value), dFdy(value)));
  vec2 ends = vec2(1.0e30, -1.0e30); // of the corners that the value lies between: a line needs a crossing
  if (parts.x > 0.0) ends = vec2(min(ends.x, v00.x), max(ends.y, v00.x));
  if (parts.y > 0.0) ends = vec2(min(ends.x, v10.x), max(ends.y, v10.x));
  if (parts.z > 0.0) ends = vec2(min(ends.x, v01.x), max(ends.y, v01.x));
  if (parts.w > 0.0) ends = vec2(min(ends.x, v11.x), max(ends.y, v11.x));
  vec4 result = vec4(0.0);
  if (inImage && (!inSeen || own.y < 0.5)) {
    if (hatch == 1 && texture(breast, p / (8.0 * breastSize)).r >= 0.5) {
      float line = abs(fract((f.x + f.y) / (12.0 * unit)) - 0.5) * 12.0 * unit;
      result = line < 0.75 * unit ? vec4(0.62, 0.66, 0.72, 1.0) * 0.42 : vec4(0.0);
    } else if (hatch == 1) {
      vec2 off = max(max(seen.xy - p, p - seen.zw), vec2(0.0)) / abs(toStored.xy);
      result = max(off.x, off.y) <= 1.2 * unit ? vec4(0.62, 0.66, 0.72, 1.0) * 0.5 : vec4(0.0);
    }
  } else if (inImage && outline == 1) {
    bool air = hideAir == 1 && texture(breast, p / (8.0 * breastSize)).r < 0.5;
    vec2 across = fract(g) / abs(toGrid.xy), beyond = (1.0 - fract(g)) / abs(toGrid.xy); // to the cell's edges
    vec4 edges = vec4(across.x, beyond.x, across.y, beyond.y);
    ivec2 steps[4] = ivec2[4](ivec2(-1, 0), ivec2(1, 0), ivec2(0, -1), ivec2(0, 1));
    for (int i = 0; i < levelCount && !air; ++i) {
      float level = levels[i];
      bool crossed = level >= ends.x && level <= ends.y;
      float off = cells == 0 && slope > 0.0 && crossed ? abs(value - level) / slope : 1.0e6;
      if (cells == 1 && value >= level)
        for (int e = 0; e < 4; ++e) {
          ivec2 there = cell + steps[e];
          bool outside = there.x < 0 || there.y < 0 || there.x >= grid.x || there.y >= grid.y;
          vec2 next = at(there);
          if (outside || next.y < 0.5 || next.x < level) off = min(off, edges[e]);
        }
      float span = range.y - range.x;
      float t = span == 0.0 ? 0.5 : clamp((level - range.x) / span, 0.0, 1.0);
      if (off < 1.1 * unit) result = vec4(texelFetch(colours, ivec2(int(t * 255.0 + 0.5), 0), 0).rgb, 1.0);
      else if (off < 2.2 * unit && result.a == 0.0) result = vec4(0.0, 0.0, 0.0, 0.55);
    }
  } else if (inImage && value >= threshold) {
    bool air = hideAir == 1 && texture(breast, p / (8.0 * breastSize)).r < 0.5;
    if (!air) {
      float span = range.y - range.x;
      float t = span == 0.0 ? 0.5 : clamp((value - range.x) / span, 0.0, 1.0);
      float alpha = opacity.x * (opacity.y > 0.5 ? t * t : 1.0); // the lower half of a scale leaves tissue as it is
      vec3 colour = texelFetch(colours, ivec2(int(t * 255.0 + 0.5), 0), 0).rgb;
      result = vec4(colour * alpha, alpha);
      if (isolines == 1 && cells == 0 && slope > 0.0) {
        float level = floor(value / isolineStep + 0.5) * isolineStep;
        if (level >= ends.x && level <= ends.y && abs(value - level) / slope < 0.7 * unit)
          result = mix(result, vec4(0.0, 0.0, 0.0, 1.0), 0.7);
      }
      float high = max(range.x, range.y); // a line around what lies above the scale
      if (cells == 0 && slope > 0.0 && high >= ends.x && high <= ends.y && abs(value - high) / slope < 0.8 * unit)
        result = vec4(1.0, 1.0, 1.0, 1.0) * 0.9;
      if (cells == 1) {
        vec2 edge = min(fract(g), 1.0 - fract(g)) / abs(toGrid.xy);
        bool wide = min(1.0 / abs(toGrid.x), 1.0 / abs(toGrid.y)) > 9.0 * unit;
        if (value > high && min(edge.x, edge.y) < 1.2 * unit) result = vec4(1.0, 1.0, 1.0, 1.0) * 0.9;
        else if (wide && min(edge.x, edge.y) < 0.5 * unit) result = result * 0.7 + vec4(0.75, 0.78, 0.82, 1.0) * 0.3;
      }
    }
  }
  gl_FragData[0] = result;
}
)";
}

std::string windowed(bool table)
{
    const std::string curve = table ? R"(
  float entry = clamp(floor((v - lookup.x) * lookup.y + lookup.z + 0.5), 0.0, lookup.w);
  int index = int(entry);
  y = texelFetch(entries, ivec2(index % 4096, index / 4096), 0).r;
)"
                                    : R"(
  y = curve == 0 ? clamp((v - ramp.x) * ramp.y, 0.0, 1.0) : 1.0 / (1.0 + exp(-4.0 * (v - ramp.x) * ramp.y));
)";
    return std::string(head) + R"(
uniform sampler2D values;
uniform sampler2D overlays;
uniform ivec2 origin;  // of the buffers, screen pixels
uniform int covered;   // 1: there is an overlay
uniform int turned;    // 1: dark to light
uniform int curve;     // 0 ramp, 1 sigmoid
uniform vec2 ramp;     // ramp: low end, 1 / width; sigmoid: centre, 1 / width
)" +
           (table
                ? "uniform sampler2D entries;\nuniform vec4 lookup; // input centre, input scale, entry at the centre, last entry\n"
                : "") +
           R"(
void main()
{
  ivec2 at = ivec2(gl_FragCoord.xy) - origin;
  float v = texelFetch(values, at, 0).r;
  float y = 0.0;
)" + curve +
           R"(
  y = turned == 1 ? 1.0 - y : y;
  y = v < -1.0e38 ? 0.0 : y;
  vec3 colour = vec3(floor(y * 255.0 + 0.5) / 255.0);
  if (covered == 1) {
    vec4 o = texelFetch(overlays, at, 0);
    colour = colour * (1.0 - o.a) + o.rgb;
  }
  gl_FragData[0] = vec4(colour, 1.0);
}
)";
}

std::string sprite()
{
    return std::string(head) + R"(
uniform sampler2D picture;
uniform ivec2 origin; // lower left, screen pixels
uniform int rows;
void main()
{
  ivec2 at = ivec2(gl_FragCoord.xy) - origin;
  gl_FragData[0] = texelFetch(picture, ivec2(at.x, rows - 1 - at.y), 0);
}
)";
}

std::string plain()
{
    return std::string(head) + R"(
uniform vec4 colour; // premultiplied
void main()
{
  gl_FragData[0] = colour;
}
)";
}

} // namespace mama::viewer::shaders
