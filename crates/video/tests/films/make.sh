#!/usr/bin/env bash
# Makes the films of this folder again. README.md says what each is for.
set -euo pipefail
cd "$(dirname "$0")"

# Waves that move three pixels a picture; the top rows have a luma of 40 + 4 x the picture's number.
waves() { # pictures, rate
    echo "-f lavfi -i color=black:s=64x64:r=$2:d=100,format=yuv420p,geq=lum='if(lt(Y\,16)\,40+4*mod(N\,48)\,126+90*sin((X+3*N)/9)*cos(Y/7))':cb='128+60*sin((X+N)/11)':cr='128+60*cos((Y+N)/5)' -frames:v $1"
}
make() { # name, rate, pictures, FFmpeg's options
    local name=$1 rate=$2 pictures=$3
    shift 3
    # shellcheck disable=SC2046
    eval ffmpeg -hide_banner -loglevel error -y $(waves "$pictures" "$rate") -fflags +bitexact -flags +bitexact "$*" "$name.mp4"
}
sums() { # name: checksums of FFmpeg's own pictures, one a line
    ffmpeg -hide_banner -loglevel error -i "$1.mp4" -map 0:v -fps_mode passthrough -pix_fmt yuv420p -f framecrc - |
        grep -v '^#' | sed 's/.*, *//' >"$1.sums"
}

x264='-c:v libx264 -threads 1'
make h264-lerobot 30 24 $x264 -g 2 -crf 30
make h264-b-frames 30 40 $x264 -g 12 -bf 3 -crf 30
make h264-pyramid 30 40 $x264 -g 40 -bf 8 -refs 8 -b_strategy 0 -b-pyramid strict -crf 30
make h264-b-frames-fragmented 30 40 $x264 -g 12 -bf 3 -crf 30 -movflags frag_keyframe+empty_moov+default_base_moof
make h264-b-frames-late 30 24 $x264 -g 12 -bf 3 -crf 30 -use_editlist 0
make h264-open 30 40 $x264 -g 8 -bf 3 -b_strategy 0 -crf 30 -x264-params open-gop=1:scenecut=0
make h264-ntsc 30000/1001 24 $x264 -g 12 -bf 2 -crf 30 -video_track_timescale 90000
make h264-full-range 30 6 $x264 -g 2 -crf 20 -color_range pc
make h264-bt709 30 6 $x264 -g 2 -crf 20 -colorspace bt709
make av1-svt 30 24 -c:v libsvtav1 -g 30 -crf 30 -preset 12
for name in h264-lerobot h264-b-frames h264-pyramid h264-b-frames-fragmented h264-b-frames-late h264-open h264-ntsc av1-svt; do
    sums $name
done

# A sound track first.
# shellcheck disable=SC2046
eval ffmpeg -hide_banner -loglevel error -y -f lavfi -i sine=d=0.2 $(waves 6 30) -map 0:a -map 1:v -fflags +bitexact -flags +bitexact \
    -c:a aac -b:a 16k $x264 -g 2 -crf 30 h264-sound.mp4
sums h264-sound

# What this program refuses.
make h264-444 30 4 -pix_fmt yuv444p $x264 -crf 40
make h264-422 30 4 -pix_fmt yuv422p $x264 -crf 40
make h264-10-bit 30 4 -pix_fmt yuv420p10le $x264 -crf 40
make h264-interlaced 30 4 $x264 -crf 40 -flags +ilme+ildct -x264opts tff=1
make h264-bt2020 30 4 $x264 -crf 40 -colorspace bt2020nc
make hevc 30 4 -c:v libx265 -x265-params log-level=none:info=0 -crf 40
make vp9 30 4 -c:v libvpx-vp9 -crf 50 -b:v 0
make av1-444 30 2 -pix_fmt yuv444p -c:v librav1e -qp 200 -speed 10
make av1-10-bit 30 2 -pix_fmt yuv420p10le -c:v libsvtav1 -crf 50 -preset 12
