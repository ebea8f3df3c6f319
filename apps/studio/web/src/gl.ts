// SPDX-License-Identifier: Apache-2.0
// The little of WebGL2 that the picture needs: one program over the whole canvas, and arrays as textures.

const kWhole = `#version 300 es
void main() {
  vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

function compiled(gl: WebGL2RenderingContext, kind: number, text: string): WebGLShader {
  const shader = gl.createShader(kind)!;
  gl.shaderSource(shader, text);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost())
    throw new Error(`shader: ${gl.getShaderInfoLog(shader)}`);
  return shader;
}

/** A program that runs `fragment` for every pixel of the canvas, by drawArrays(TRIANGLES, 0, 3). */
export function wholeCanvas(gl: WebGL2RenderingContext, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  gl.attachShader(program, compiled(gl, gl.VERTEX_SHADER, kWhole));
  gl.attachShader(program, compiled(gl, gl.FRAGMENT_SHADER, fragment));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`shader: ${gl.getProgramInfoLog(program)}`);
  return program;
}

/** Texels in a row of an ArrayTexture, as a power of two: every WebGL2 has textures of 2048. */
export const kRowBits = 11;
const kRow = 1 << kRowBits;

const kKinds = {
  bytes: { channels: 1, inside: 'R8', format: 'RED', type: 'UNSIGNED_BYTE' },
  fours: { channels: 4, inside: 'RGBA32F', format: 'RGBA', type: 'FLOAT' },
  pairs: { channels: 2, inside: 'RG32I', format: 'RG_INTEGER', type: 'INT' },
} as const;

/** An array of any length as a texture: texel i stands at (i mod 2048, i / 2048). */
export class ArrayTexture {
  private readonly texture: WebGLTexture;
  private rows = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly unit: number,
    private readonly kind: keyof typeof kKinds,
  ) {
    this.texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  /** Texels that fit. */
  static most(gl: WebGL2RenderingContext): number {
    return kRow * (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
  }

  set(values: Uint8Array | Float32Array | Int32Array): void {
    const { gl } = this;
    const { channels, inside, format, type } = kKinds[this.kind];
    const texels = values.length / channels;
    const whole = Math.floor(texels / kRow);
    const left = texels - whole * kRow;
    gl.activeTexture(gl.TEXTURE0 + this.unit);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    if (whole + 1 > this.rows) {
      this.rows = whole + 1;
      gl.texImage2D(gl.TEXTURE_2D, 0, gl[inside], kRow, this.rows, 0, gl[format], gl[type], null);
    }
    if (whole > 0) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, kRow, whole, gl[format], gl[type], values);
    if (left > 0)
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, whole, left, 1, gl[format], gl[type], values, whole * kRow * channels);
  }
}
